package a

func Clean(db *sql.DB) {
	db.Exec("DELETE FROM orders")
}
