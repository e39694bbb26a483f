package playbook

import "math"

// beta is the Beta distribution of a chance: a counts successes, b failures, each
// plus the weight of a prior.
type beta struct{ a, b float64 }

func (d beta) mean() float64 { return d.a / (d.a + d.b) }

// quantile returns the x at which the distribution function reaches p, by
// bisection.
func (d beta) quantile(p float64) float64 {
	if d.a == 1 && d.b == 1 {
		return p // uniform: the chance of every route without claims and cases
	}
	low, high, scale := 0.0, 1.0, d.logScale()
	for range 20 { // to a millionth; chances are rounded to a thousandth
		middle := (low + high) / 2
		if d.distribution(middle, scale) < p {
			low = middle
		} else {
			high = middle
		}
	}
	return (low + high) / 2
}

// logScale returns the logarithm of 1 / B(a, b), which is symmetric in a and b.
func (d beta) logScale() float64 {
	ab, _ := math.Lgamma(d.a + d.b)
	a, _ := math.Lgamma(d.a)
	b, _ := math.Lgamma(d.b)
	return ab - a - b
}

// distribution is the regularised incomplete beta function (DLMF 8.17). The
// continued fraction is evaluated on the side where it converges fast.
func (d beta) distribution(x, scale float64) float64 {
	if x <= 0 {
		return 0
	}
	if x >= 1 {
		return 1
	}
	if x > (d.a+1)/(d.a+d.b+2) {
		return 1 - beta{d.b, d.a}.distribution(1-x, scale)
	}
	front := math.Exp(scale + d.a*math.Log(x) + d.b*math.Log1p(-x))
	return front * d.continuedFraction(x) / d.a
}

// continuedFraction evaluates DLMF 8.17.22 by Lentz's method.
func (d beta) continuedFraction(x float64) float64 {
	const tiny, enough = 1e-300, 1e-12
	away := func(v float64) float64 {
		if math.Abs(v) < tiny {
			return tiny
		}
		return v
	}
	c := 1.0
	inverse := 1 / away(1-(d.a+d.b)*x/(d.a+1))
	value := inverse
	for m := 1.0; m <= 500; m++ {
		even := m * (d.b - m) * x / ((d.a + 2*m - 1) * (d.a + 2*m))
		inverse = 1 / away(1+even*inverse)
		c = away(1 + even/c)
		value *= inverse * c
		odd := -(d.a + m) * (d.a + d.b + m) * x / ((d.a + 2*m) * (d.a + 2*m + 1))
		inverse = 1 / away(1+odd*inverse)
		c = away(1 + odd/c)
		step := inverse * c
		value *= step
		if math.Abs(step-1) < enough {
			break
		}
	}
	return value
}
