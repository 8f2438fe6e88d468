package migrations

import (
	"github.com/go-gormigrate/gormigrate/v2"
	"gorm.io/gorm"
)

func all() []*gormigrate.Migration {
	return []*gormigrate.Migration{
		{
			ID: "202401",
			Migrate: func(tx *gorm.DB) error {
				return tx.Migrator().AddColumn(&Order{}, "state")
			},
			Rollback: func(tx *gorm.DB) error {
				return tx.Migrator().DropColumn(&Order{}, "state")
			},
		},
	}
}
