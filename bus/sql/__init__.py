"""A trace in SQL: its views and columns, and what is said of a query that is refused."""
