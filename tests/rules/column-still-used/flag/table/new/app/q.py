x = 2
SQL = "select 1 from invoices"
