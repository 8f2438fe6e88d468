package api

func (s *Server) Routes(r *mux.Router) {
	r.Handle("/admin", s.requireAdmin(s.admin()))
	r.Handle("/health", s.health())
}
