package recovery_test

import (
	"math"
	"testing"

	"recourse/recovery"
)

func TestMoneyAsPeopleReadIt(t *testing.T) {
	t.Parallel()
	for amount, want := range map[recovery.Money]string{
		0: "0.00", 1: "0.01", 99: "0.99", 100: "1.00", 200_000: "2,000.00", 1_234_567_89: "1,234,567.89",
		-200_050: "-2,000.50", recovery.MaxMoney: "100,000,000.00",
		math.MaxInt64: "92,233,720,368,547,758.07", math.MinInt64: "-92,233,720,368,547,758.08",
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
		// Beyond what a case may claim, to the ends of int64.
		9_999_999_999_999_999_99:  "人民币玖仟玖佰玖拾玖万亿玖仟玖佰玖拾玖亿玖仟玖佰玖拾玖万玖仟玖佰玖拾玖元玖角玖分",
		10_000_000_000_000_000_00: "人民币壹亿亿元整",
		20_000_000_000_000_050_00: "人民币贰亿亿零伍拾元整",
		math.MaxInt64:             "人民币玖亿亿贰仟贰佰叁拾叁万亿柒仟贰佰零叁亿陆仟捌佰伍拾肆万柒仟柒佰伍拾捌元零柒分",
		math.MinInt64:             "负人民币玖亿亿贰仟贰佰叁拾叁万亿柒仟贰佰零叁亿陆仟捌佰伍拾肆万柒仟柒佰伍拾捌元零捌分",
	} {
		if got := amount.ChineseCapitals(); got != want {
			t.Errorf("Money(%d).Capitals() = %q, want %q", amount, got, want)
		}
	}
}
