package payments

import (
	"context"
	"errors"
	"testing"
)

type memory struct {
	left int64
	keys map[string]bool
}

func (m *memory) Left(context.Context, string) (int64, error) { return m.left, nil }

func (m *memory) Refund(_ context.Context, _ string, cents int64, key string) error {
	if m.keys[key] {
		return nil
	}
	m.keys[key] = true
	m.left -= cents
	return nil
}

func TestRefundTwiceWithOneKeyPaysOnce(t *testing.T) {
	ledger := &memory{left: 2100, keys: map[string]bool{}}
	for range 2 {
		if err := Refund(context.Background(), ledger, "c-1", 500, "k-1"); err != nil {
			t.Fatal(err)
		}
	}
	if ledger.left != 1600 {
		t.Fatalf("left %d, want 1600", ledger.left)
	}
}

func TestRefundOfMoreThanIsLeftIsRefused(t *testing.T) {
	ledger := &memory{left: 100, keys: map[string]bool{}}
	err := Refund(context.Background(), ledger, "c-1", 101, "k-1")
	if !errors.Is(err, ErrTooMuch) {
		t.Fatalf("got %v, want ErrTooMuch", err)
	}
}
