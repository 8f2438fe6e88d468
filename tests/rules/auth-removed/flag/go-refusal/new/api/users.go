package api

func (s *Server) listUsers(w http.ResponseWriter, r *http.Request) {
	json.NewEncoder(w).Encode(s.users.All())
}
