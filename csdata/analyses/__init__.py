"""Analyses: tables in, frozen results out."""
