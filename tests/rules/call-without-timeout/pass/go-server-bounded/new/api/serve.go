package api

func serve(handler http.Handler) error {
	server := &http.Server{
		Addr: ":8080",
		ReadHeaderTimeout: 5 * time.Second,
		Handler: handler,
	}
	return server.ListenAndServe()
}
