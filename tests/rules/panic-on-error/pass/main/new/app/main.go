package main

func main() {
	if err := run(); err != nil {
		log.Fatal(err)
	}
}
