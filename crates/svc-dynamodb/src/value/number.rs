//! DynamoDB's number type: 38 significant decimal digits, magnitude 1E-130 to 9.99…E+125, exact (Developer Guide,
//! "Supported data types", Number).
//!
//! A number is kept normalised (no trailing zeros in the coefficient, one zero), so equality is bitwise and the key
//! encoding is unique. Nothing here rounds: a result that needs a 39th digit is an error, as in DynamoDB.

use std::cmp::Ordering;
use std::fmt;

/// Most significant digits a number may have.
pub const MAX_DIGITS: u32 = 38;
/// Exponent of the first digit of the largest numbers.
const MAX_MAGNITUDE: i64 = 125;
/// Exponent of the first digit of the smallest numbers.
const MIN_MAGNITUDE: i64 = -130;

/// `coefficient * 10^exponent`, negated where `negative`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Number {
    negative: bool,
    coefficient: u128,
    exponent: i16,
}

/// Why a text or a result is not a number. `Display` gives DynamoDB's text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NumberError {
    NotNumeric,
    Overflow,
    Underflow,
    TooPrecise,
}

impl fmt::Display for NumberError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotNumeric => "The parameter cannot be converted to a numeric value",
            Self::Overflow => {
                "Number overflow. Attempting to store a number with magnitude larger than supported range"
            }
            Self::Underflow => {
                "Number underflow. Attempting to store a number with magnitude smaller than supported range"
            }
            Self::TooPrecise => "Attempting to store more than 38 significant digits in a Number",
        })
    }
}

impl Number {
    pub const ZERO: Self = Self { negative: false, coefficient: 0, exponent: 0 };

    /// Parses `[+-]digits[.digits][e[+-]digits]`; no spaces, no NaN or infinity.
    pub fn parse(text: &str) -> Result<Self, NumberError> {
        let (negative, unsigned) = match text.as_bytes() {
            [b'-', rest @ ..] => (true, rest),
            [b'+', rest @ ..] => (false, rest),
            rest => (false, rest),
        };
        let e = unsigned.iter().position(|b| matches!(b, b'e' | b'E'));
        let (mantissa, power) = match e {
            Some(at) => (&unsigned[..at], parse_power(&unsigned[at + 1..])?),
            None => (unsigned, 0),
        };
        Digits::read(mantissa)?.finish(negative, power)
    }

    /// A number from an integer; every `i64` fits.
    pub fn from_i64(value: i64) -> Self {
        Self::normalised(value < 0, u128::from(value.unsigned_abs()), 0)
    }

    /// The value as a whole number of seconds or a count, rounded toward zero; `None` where it does not fit.
    pub fn to_i64(self) -> Option<i64> {
        let magnitude = if self.exponent >= 0 {
            let scale = 10u128.checked_pow(u32::try_from(self.exponent).ok()?)?;
            self.coefficient.checked_mul(scale)?
        } else {
            match 10u128.checked_pow(u32::from(self.exponent.unsigned_abs())) {
                Some(scale) => self.coefficient / scale,
                None => 0,
            }
        };
        let value = i128::try_from(magnitude).ok()?;
        i64::try_from(if self.negative { -value } else { value }).ok()
    }

    /// `self + other`, exactly.
    pub fn plus(self, other: Self) -> Result<Self, NumberError> {
        if self.coefficient == 0 {
            return Ok(other);
        }
        if other.coefficient == 0 {
            return Ok(self);
        }
        let (high, low) = if self.exponent >= other.exponent { (self, other) } else { (other, self) };
        let distance = u32::from((high.exponent - low.exponent).unsigned_abs());
        // Beyond 39 digits the sum could not be exact: its last digit is `low`'s, which is not zero.
        let scaled = 10u128
            .checked_pow(distance)
            .and_then(|scale| high.coefficient.checked_mul(scale))
            .ok_or(NumberError::Overflow)?;
        let (negative, coefficient) = if high.negative == low.negative {
            (high.negative, scaled.checked_add(low.coefficient).ok_or(NumberError::Overflow)?)
        } else if scaled >= low.coefficient {
            (high.negative, scaled - low.coefficient)
        } else {
            (low.negative, low.coefficient - scaled)
        };
        Self::normalised(negative, coefficient, low.exponent).in_range()
    }

    /// `self - other`, exactly.
    pub fn minus(self, other: Self) -> Result<Self, NumberError> {
        self.plus(other.negated())
    }

    fn negated(self) -> Self {
        Self { negative: !self.negative && self.coefficient != 0, ..self }
    }

    fn normalised(negative: bool, mut coefficient: u128, mut exponent: i16) -> Self {
        if coefficient == 0 {
            return Self::ZERO;
        }
        while coefficient.is_multiple_of(10) {
            coefficient /= 10;
            exponent += 1;
        }
        Self { negative, coefficient, exponent }
    }

    /// Arithmetic reports every result out of range or precision as an overflow, as DynamoDB does.
    fn in_range(self) -> Result<Self, NumberError> {
        if self.coefficient == 0 {
            return Ok(self);
        }
        let magnitude = i64::from(self.magnitude());
        if magnitude < MIN_MAGNITUDE {
            return Err(NumberError::Underflow);
        }
        if magnitude > MAX_MAGNITUDE || self.digit_count() > MAX_DIGITS {
            return Err(NumberError::Overflow);
        }
        Ok(self)
    }

    /// Significant digits; 0 for zero.
    pub fn digit_count(self) -> u32 {
        if self.coefficient == 0 { 0 } else { self.coefficient.ilog10() + 1 }
    }

    /// The exponent of the first digit: 0 for 1 to 9.99…
    pub fn magnitude(self) -> i32 {
        if self.coefficient == 0 { 0 } else { self.coefficient.ilog10() as i32 + i32::from(self.exponent) }
    }

    pub fn is_negative(self) -> bool {
        self.negative
    }

    /// Sign, coefficient and exponent, for the storage encoding.
    pub fn parts(self) -> (bool, u128, i16) {
        (self.negative, self.coefficient, self.exponent)
    }

    /// The number of stored parts; `None` where they are no valid number.
    pub fn from_parts(negative: bool, coefficient: u128, exponent: i16) -> Option<Self> {
        if !(-200..=200).contains(&exponent) {
            return None;
        }
        Self::normalised(negative, coefficient, exponent).in_range().ok()
    }

    /// The significant digits, first first, as values 0 to 9.
    pub fn digits(self) -> ([u8; MAX_DIGITS as usize], usize) {
        let mut digits = [0u8; MAX_DIGITS as usize];
        let count = self.digit_count() as usize;
        let mut rest = self.coefficient;
        for digit in digits[..count].iter_mut().rev() {
            *digit = (rest % 10) as u8;
            rest /= 10;
        }
        (digits, count)
    }
}

fn parse_power(text: &[u8]) -> Result<i64, NumberError> {
    let (negative, digits) = match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        rest => (false, rest),
    };
    if digits.is_empty() {
        return Err(NumberError::NotNumeric);
    }
    let mut power = 0i64;
    for byte in digits {
        if !byte.is_ascii_digit() {
            return Err(NumberError::NotNumeric);
        }
        // Far out of range already: more digits change nothing.
        power = (power * 10 + i64::from(byte - b'0')).min(1_000_000_000_000);
    }
    Ok(if negative { -power } else { power })
}

/// The mantissa as it is read: zeros are held back until a digit follows, so that trailing ones never count.
#[derive(Default)]
struct Digits {
    coefficient: u128,
    significant: i64,
    pending_zeros: i64,
    fraction: i64,
}

impl Digits {
    fn read(mantissa: &[u8]) -> Result<Self, NumberError> {
        let mut digits = Self::default();
        let (mut seen_point, mut seen_digit) = (false, false);
        for byte in mantissa {
            match byte {
                b'.' if !seen_point => seen_point = true,
                b'0'..=b'9' => {
                    seen_digit = true;
                    digits.fraction += i64::from(seen_point);
                    digits.push(byte - b'0');
                }
                _ => return Err(NumberError::NotNumeric),
            }
        }
        if seen_digit { Ok(digits) } else { Err(NumberError::NotNumeric) }
    }

    fn push(&mut self, digit: u8) {
        if digit == 0 {
            self.pending_zeros += i64::from(self.significant > 0);
            return;
        }
        self.significant += self.pending_zeros + 1;
        // A 39th digit makes the number invalid; the coefficient no longer matters then.
        if self.significant <= i64::from(MAX_DIGITS) {
            for _ in 0..=self.pending_zeros {
                self.coefficient *= 10;
            }
            self.coefficient += u128::from(digit);
        }
        self.pending_zeros = 0;
    }

    fn finish(self, negative: bool, power: i64) -> Result<Number, NumberError> {
        if self.significant == 0 {
            return Ok(Number::ZERO);
        }
        let exponent = power - self.fraction + self.pending_zeros;
        let magnitude = exponent + self.significant - 1;
        if magnitude > MAX_MAGNITUDE {
            return Err(NumberError::Overflow);
        }
        if magnitude < MIN_MAGNITUDE {
            return Err(NumberError::Underflow);
        }
        if self.significant > i64::from(MAX_DIGITS) {
            return Err(NumberError::TooPrecise);
        }
        let exponent = i16::try_from(exponent).map_err(|_| NumberError::Underflow)?;
        Ok(Number { negative, coefficient: self.coefficient, exponent })
    }
}

impl Ord for Number {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self.sign(), other.sign()) {
            (a, b) if a != b => a.cmp(&b),
            (-1, _) => other.cmp_magnitude(self),
            _ => self.cmp_magnitude(other),
        }
    }
}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Number {
    fn sign(self) -> i8 {
        match (self.coefficient, self.negative) {
            (0, _) => 0,
            (_, true) => -1,
            (_, false) => 1,
        }
    }

    fn cmp_magnitude(&self, other: &Self) -> Ordering {
        self.magnitude().cmp(&other.magnitude()).then_with(|| {
            let (a, b) = (self.digit_count(), other.digit_count());
            // Same first exponent: pad the shorter to compare digit by digit. 38 digits fit a u128.
            let wide = a.max(b);
            (self.coefficient * 10u128.pow(wide - a)).cmp(&(other.coefficient * 10u128.pow(wide - b)))
        })
    }
}

/// DynamoDB's canonical form: plain decimal, no exponent, no leading or trailing zeros.
impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = String::with_capacity(44);
        if self.negative {
            text.push('-');
        }
        let (digits, count) = self.digits();
        let whole = self.magnitude() + 1;
        if self.coefficient == 0 || whole <= 0 {
            text.push('0');
        }
        if whole <= 0 && self.coefficient != 0 {
            text.push('.');
            text.extend(std::iter::repeat_n('0', whole.unsigned_abs() as usize));
        }
        for (i, digit) in digits[..count].iter().enumerate() {
            if i > 0 && i as i32 == whole {
                text.push('.');
            }
            text.push(char::from(b'0' + digit));
        }
        if self.exponent > 0 {
            text.extend(std::iter::repeat_n('0', usize::from(self.exponent.unsigned_abs())));
        }
        f.write_str(&text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn n(text: &str) -> Number {
        Number::parse(text).unwrap()
    }

    #[test]
    fn canonical_output_has_no_exponent_and_no_idle_zeros() {
        for (input, output) in [
            ("00042", "42"),
            ("-0", "0"),
            ("0e1000", "0"),
            ("1.5E2", "150"),
            ("3.1400", "3.14"),
            (".123", "0.123"),
            ("+3", "3"),
            ("-17.4E3", "-17400"),
            ("1e-3", "0.001"),
            ("12.5", "12.5"),
            ("100", "100"),
        ] {
            assert_eq!(n(input).to_string(), output, "{input}");
        }
        assert_eq!(n("1E-130").to_string(), format!("0.{}1", "0".repeat(129)));
        assert_eq!(n("9e125").to_string(), format!("9{}", "0".repeat(125)));
    }

    #[test]
    fn range_and_precision_are_checked_to_the_digit() {
        let nines = "9".repeat(38);
        assert!(Number::parse(&nines).is_ok());
        assert_eq!(Number::parse(&"9".repeat(39)), Err(NumberError::TooPrecise));
        assert!(Number::parse(&format!("9.{}E125", "9".repeat(37))).is_ok());
        assert_eq!(Number::parse("1E126"), Err(NumberError::Overflow));
        assert_eq!(Number::parse("11e125"), Err(NumberError::Overflow));
        assert!(Number::parse("1E-130").is_ok());
        assert_eq!(Number::parse("1E-131"), Err(NumberError::Underflow));
        assert_eq!(Number::parse("0.9e-130"), Err(NumberError::Underflow));
        assert_eq!(Number::parse("1e99999999999999999999"), Err(NumberError::Overflow));
        assert!(Number::parse(&format!("1{}", "0".repeat(100))).is_ok());
    }

    #[test]
    fn what_is_no_number_is_refused() {
        for text in [
            "", "-", "NaN", "Infinity", "dog", " 1", "1 ", "1e", "1.2.3", ".", "e5", "--1", "0x1", "1_0", "٣",
        ] {
            assert_eq!(Number::parse(text), Err(NumberError::NotNumeric), "{text:?}");
        }
    }

    #[test]
    fn sums_are_exact_or_refused() {
        assert_eq!(n("1").plus(n("10000000000000000000000")).unwrap(), n("10000000000000000000001"));
        assert_eq!(n("1e38").minus(n("1")).unwrap(), n(&"9".repeat(38)));
        assert_eq!(n("1e50").plus(n("1")), Err(NumberError::Overflow));
        assert_eq!(n("1e50").minus(n("1")), Err(NumberError::Overflow));
        assert_eq!(n("9e125").plus(n("9e125")), Err(NumberError::Overflow));
        assert_eq!(n("9e37").plus(n("9e37")).unwrap(), n("1.8e38"));
        assert_eq!(n("0.1").plus(n("0.2")).unwrap(), n("0.3"));
        assert_eq!(n("5").minus(n("5")).unwrap(), Number::ZERO);
        assert_eq!(n("-5").plus(n("3")).unwrap(), n("-2"));
    }

    #[test]
    fn whole_seconds_come_out_of_numbers() {
        assert_eq!(n("1700000000.9").to_i64(), Some(1_700_000_000));
        assert_eq!(n("-2e3").to_i64(), Some(-2000));
        assert_eq!(n("1e30").to_i64(), None);
        assert_eq!(n("1e-130").to_i64(), Some(0));
    }

    proptest! {
        #[test]
        fn integers_order_and_add_as_integers_do(a in any::<i64>(), b in any::<i64>()) {
            let (x, y) = (Number::from_i64(a), Number::from_i64(b));
            prop_assert_eq!(x.cmp(&y), a.cmp(&b));
            prop_assert_eq!(x.plus(y).unwrap().to_string(), (i128::from(a) + i128::from(b)).to_string());
            prop_assert_eq!(n(&a.to_string()), x);
        }

        #[test]
        fn canonical_output_parses_back(c in 1u128..10u128.pow(38), e in -130i16..=87, negative: bool) {
            let number = Number::from_parts(negative, c, e);
            prop_assume!(number.is_some());
            let number = number.unwrap();
            prop_assert_eq!(n(&number.to_string()), number);
        }

        #[test]
        fn no_text_makes_the_parser_panic(text in "[-+0-9.eE]{0,60}") {
            let _ = Number::parse(&text);
        }
    }
}
