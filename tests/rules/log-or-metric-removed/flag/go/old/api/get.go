package api

func (s *Server) get(r *http.Request) error {
	if err := s.load(r); err != nil {
		s.log.Errorf("load failed: %s", err)
		s.failures.WithLabelValues("load").Inc()
		return errLoad
	}
	return nil
}
