package api

func serve(handler http.Handler) error {
	server := &http.Server{
		Addr: ":8080",
		Handler: handler,
	}
	return server.ListenAndServe()
}
