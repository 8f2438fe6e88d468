package api

func (h *Handler) Search(w http.ResponseWriter, r *http.Request) {
	if !h.limiter.Allow() {
		http.Error(w, "slow down", http.StatusTooManyRequests)
		return
	}
	h.search(w, r)
}
