package payments

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// ErrTooMuch says that a refund is larger than what is left of the charge.
var ErrTooMuch = errors.New("refund exceeds the charge")

// Ledger keeps charges and refunds.
type Ledger interface {
	Left(ctx context.Context, charge string) (int64, error)
	Refund(ctx context.Context, charge string, cents int64, key string) error
}

// Refund gives cents of a charge back, once for each key.
func Refund(ctx context.Context, ledger Ledger, charge string, cents int64, key string) error {
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	left, err := ledger.Left(ctx, charge)
	if err != nil {
		return fmt.Errorf("read charge %s: %w", charge, err)
	}
	if cents > left {
		return ErrTooMuch
	}
	if err := ledger.Refund(ctx, charge, cents, key); err != nil {
		return fmt.Errorf("refund %s: %w", charge, err)
	}
	return nil
}
