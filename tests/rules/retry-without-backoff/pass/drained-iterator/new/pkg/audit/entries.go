package audit

func Collect(client Reader) ([]Entry, error) {
	rows := client.Query()
	var found []Entry
	seen := map[string]bool{}
	for {
		row, err := rows.Next()
		if err != nil {
			if errors.Is(err, ErrEnd) {
				break
			}
			return nil, err
		}
		if seen[row.Key] {
			continue
		}
		seen[row.Key] = true
		found = append(found, client.Fetch(row))
	}
	return found, nil
}
