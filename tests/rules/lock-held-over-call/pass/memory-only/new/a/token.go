package a

func (s *Store) Token(req *http.Request) (*http.Response, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.cached, nil
}
