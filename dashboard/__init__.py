"""The web server: app factory, login and roles, security, file routes, health."""
