package migration

import (
	"src.techknowlogick.com/xormigrate"
	"xorm.io/xorm"
)

var dropDuplicates = xormigrate.Migration{
	ID: "drop-duplicates",
	MigrateSession: func(sess *xorm.Session) error {
		_, err := sess.Exec(`DELETE FROM entries WHERE id NOT IN (SELECT MIN(id) FROM entries GROUP BY line)`)
		return err
	},
}
