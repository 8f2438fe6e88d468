package wfe

import "testing"

func TestUpdateFinalized(t *testing.T) {
	mux, signer := setup(t)
	body := signer.sign("http://localhost/1", `{}`)
	response := post(mux, "1", body)
	assertEquals(t, response.Code, 200)
	assertEquals(t, response.Body.String(), "ok")
}
