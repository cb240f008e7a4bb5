"""One customer: who, since when, plan and money, usage and touches, what is missing."""

from csui import karte, page

view = page.view("customer")
customer = karte.choose(view.data)
karte.head(view.data, customer)
karte.facts(view.data, customer)
karte.usage(view.data, customer)
karte.contracts(view.data, customer)
karte.touches(view.data, customer)
karte.position(view.data, customer)
