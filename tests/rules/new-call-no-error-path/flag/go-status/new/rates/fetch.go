package rates

import (
	"encoding/json"
	"net/http"
)

func Fetch(client *http.Client, url string) (Rate, error) {
	resp, err := client.Do(request(url))
	if err != nil {
		return Rate{}, err
	}
	defer resp.Body.Close()
	var rate Rate
	err = json.NewDecoder(resp.Body).Decode(&rate)
	return rate, err
}
