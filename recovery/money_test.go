package recovery_test

import (
	"testing"

	"recourse/recovery"
)

func TestMoneyAsPeopleReadIt(t *testing.T) {
	t.Parallel()
	for amount, want := range map[recovery.Money]string{
		0: "0.00", 1: "0.01", 99: "0.99", 100: "1.00", 200_000: "2,000.00", 1_234_567_89: "1,234,567.89",
		-200_050: "-2,000.50", recovery.MaxMoney: "100,000,000.00",
	} {
		if got := amount.String(); got != want {
			t.Errorf("Money(%d).String() = %q, want %q", amount, got, want)
		}
	}
}

func TestMoneyInCapitals(t *testing.T) {
	t.Parallel()
	for amount, want := range map[recovery.Money]string{
		0:              "人民币零元整",
		1:              "人民币壹分",
		10:             "人民币壹角整",
		11:             "人民币壹角壹分",
		100:            "人民币壹元整",
		105:            "人民币壹元零伍分",
		150:            "人民币壹元伍角整",
		10_00:          "人民币壹拾元整",
		101_00:         "人民币壹佰零壹元整",
		1_001_00:       "人民币壹仟零壹元整",
		2_000_00:       "人民币贰仟元整",
		10_000_00:      "人民币壹万元整",
		10_010_00:      "人民币壹万零壹拾元整",
		100_500_00:     "人民币壹拾万零伍佰元整",
		107_000_53:     "人民币壹拾万柒仟元伍角叁分",
		1_680_032_00:   "人民币壹佰陆拾捌万零叁拾贰元整",
		20_005_000_00:  "人民币贰仟万伍仟元整",
		100_000_000_00: "人民币壹亿元整",
		100_001_000_00: "人民币壹亿零壹仟元整",
		8_888_88:       "人民币捌仟捌佰捌拾捌元捌角捌分",
		-2_000_00:      "负人民币贰仟元整",
	} {
		if got := amount.Capitals(); got != want {
			t.Errorf("Money(%d).Capitals() = %q, want %q", amount, got, want)
		}
	}
}
