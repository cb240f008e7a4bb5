"""One customer: the whole history on one axis, their place in their cohort, what is missing."""

import streamlit as st

from csui import karte, lifeline, page

view = page.view("customer")
customer = karte.choose(view.data)
known = karte.record(customer, view.data)
karte.head(view.data, customer, known)
lifeline.timeline(view, known)
place, lacks = st.columns([5, 3], gap="medium")
with place:
    lifeline.place(view.data, known)
    karte.position(view.data, customer)
with lacks:
    lifeline.lacks(view.data, customer, known)
karte.facts(view.data, customer)
karte.contracts(view.data, customer)
karte.touches(view.data, customer)
