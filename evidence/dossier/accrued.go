package dossier

import (
	"recourse/evidence/folio"
	"recourse/recovery"
)

// AccruedInterest returns the interest that a complaint claims up to the day of the
// folio; zero while no rate with a source is given. The court fee is computed on the
// whole claim, interest included (诉讼费用交纳办法 13).
func AccruedInterest(f folio.Folio) (recovery.Money, error) {
	t, err := loadWording()
	if err != nil {
		return 0, err
	}
	p := &draft{folio: f, t: t}
	p.loadLimitation()
	p.accrueInterest()
	if !p.interest.given {
		return 0, nil
	}
	return p.interest.total, nil
}
