"""Django's PostgreSQL, with connections that are not asked whether they live while they are busy."""
