"""Accounts, teams, roles and invitations."""
