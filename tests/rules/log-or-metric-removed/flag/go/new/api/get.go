package api

func (s *Server) get(r *http.Request) error {
	if err := s.load(r); err != nil {
		return errLoad
	}
	return nil
}
