package api

func (h *Handler) Search(w http.ResponseWriter, r *http.Request) {
	h.search(w, r)
}
