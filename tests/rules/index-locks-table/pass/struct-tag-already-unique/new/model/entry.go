package model

type Entry struct {
	ID     int64 `json:"id" xorm:"pk autoincr 'id'"`
	StepID int64 `json:"step_id" xorm:"NOT NULL UNIQUE(s) 'step_id'"`
	Line   int   `json:"line" xorm:"UNIQUE(s) 'line'"`
}
