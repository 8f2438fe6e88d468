package mail

func Deliver(client Sender, letter Letter) error {
	for {
		err := client.Send(letter)
		if err != nil {
			time.Sleep(time.Second)
			continue
		}
		return nil
	}
}
