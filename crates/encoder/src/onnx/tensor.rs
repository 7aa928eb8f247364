//! A constant of a graph.

use super::file::ModelFile;
use std::borrow::Cow;
use std::ops::Range;

/// Element types that encoders are stored in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    F32,
    F16,
    I64,
    I32,
    I8,
    U8,
    I4,
    U4,
    Bool,
    Other,
}

impl Kind {
    /// From `TensorProto.DataType`.
    pub(crate) fn from_code(code: i64) -> Kind {
        match code {
            1 => Kind::F32,
            2 => Kind::U8,
            3 => Kind::I8,
            6 => Kind::I32,
            7 => Kind::I64,
            9 => Kind::Bool,
            10 => Kind::F16,
            21 => Kind::U4,
            22 => Kind::I4,
            _ => Kind::Other,
        }
    }

    fn bits(self) -> usize {
        match self {
            Kind::I64 => 64,
            Kind::F32 | Kind::I32 => 32,
            Kind::F16 => 16,
            Kind::I8 | Kind::U8 | Kind::Bool => 8,
            Kind::I4 | Kind::U4 => 4,
            Kind::Other => 0,
        }
    }
}

/// Shape, element type and little-endian bytes.
#[derive(Clone)]
pub(crate) struct Tensor<'a> {
    pub dims: Vec<usize>,
    pub kind: Kind,
    pub(super) data: Data<'a>,
}

/// Where the bytes of a tensor are.
#[derive(Clone)]
pub(super) enum Data<'a> {
    Here(Cow<'a, [u8]>),
    Left(&'a dyn ModelFile, Range<usize>),
}

impl Tensor<'_> {
    /// The bytes of all elements.
    pub(crate) fn bytes(&self) -> Cow<'_, [u8]> {
        match &self.data {
            Data::Here(bytes) => Cow::Borrowed(bytes),
            Data::Left(file, range) => file.read(range.clone()),
        }
    }

    /// The elements of an 8-bit tensor, in memory of their own.
    pub(crate) fn signed_bytes(&self) -> Vec<i8> {
        self.bytes().into_owned().into_iter().map(u8::cast_signed).collect()
    }

    /// Whether the bytes are as many as the shape wants.
    pub(super) fn check(&self) -> Result<(), String> {
        let count = self.dims.iter().try_fold(1usize, |n, &d| n.checked_mul(d)).ok_or("is too large")?;
        let bytes = count.checked_mul(self.kind.bits()).ok_or("is too large")?.div_ceil(8);
        let found = match &self.data {
            Data::Here(bytes) => bytes.len(),
            Data::Left(_, range) => range.len(),
        };
        if self.kind != Kind::Other && bytes != found {
            return Err(format!("has {found} bytes where its shape wants {bytes}"));
        }
        Ok(())
    }

    /// Number of elements.
    pub(crate) fn len(&self) -> usize {
        self.dims.iter().product()
    }

    /// All elements as f32; `None` for 64-bit integers and unknown kinds.
    pub(crate) fn floats(&self) -> Option<Vec<f32>> {
        let bytes = self.bytes();
        match self.kind {
            Kind::F32 => Some(bytes.as_chunks().0.iter().map(|&b| f32::from_le_bytes(b)).collect()),
            Kind::F16 => Some(bytes.as_chunks().0.iter().map(|&b| half(u16::from_le_bytes(b))).collect()),
            _ => Some(self.small_ints()?.into_iter().map(f32::from).collect()),
        }
    }

    /// All elements of a 4 or 8-bit integer tensor.
    pub(crate) fn small_ints(&self) -> Option<Vec<i16>> {
        let bytes = self.bytes();
        let nibbles = |signed: bool| {
            let widen = move |n: u8| if signed && n > 7 { i16::from(n) - 16 } else { i16::from(n) };
            let mut all: Vec<i16> = bytes.iter().flat_map(|&b| [widen(b & 15), widen(b >> 4)]).collect();
            all.truncate(self.len());
            all
        };
        match self.kind {
            Kind::I8 => Some(bytes.iter().map(|&b| i16::from(b.cast_signed())).collect()),
            Kind::U8 => Some(bytes.iter().map(|&b| i16::from(b)).collect()),
            Kind::I4 => Some(nibbles(true)),
            Kind::U4 => Some(nibbles(false)),
            _ => None,
        }
    }

    /// All elements of an integer tensor.
    pub(crate) fn ints(&self) -> Option<Vec<i64>> {
        let bytes = self.bytes();
        match self.kind {
            Kind::I64 => Some(bytes.as_chunks().0.iter().map(|&b| i64::from_le_bytes(b)).collect()),
            Kind::I32 => Some(bytes.as_chunks().0.iter().map(|&b| i32::from_le_bytes(b).into()).collect()),
            _ => None,
        }
    }

    /// The only element of a tensor of one f32, whatever its rank.
    pub(crate) fn scalar(&self) -> Option<f32> {
        if self.len() != 1 { None } else { self.floats()?.first().copied() }
    }
}

/// IEEE half precision to single.
fn half(bits: u16) -> f32 {
    let sign = u32::from(bits & 0x8000) << 16;
    let (exponent, fraction) = (u32::from(bits >> 10) & 31, u32::from(bits & 1023));
    let magnitude = match exponent {
        // Subnormal: a multiple of 2^-24, exact in f32.
        0 => (fraction as f32 * f32::from_bits(0x3380_0000)).to_bits(),
        31 => 0x7f80_0000 | (fraction << 13),
        _ => ((exponent + 112) << 23) | (fraction << 13),
    };
    f32::from_bits(sign | magnitude)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_precision_is_exact() {
        for (bits, value) in
            [(0x3c00, 1.0), (0xc000, -2.0), (0x7bff, 65504.0), (0x0001, 2f32.powi(-24)), (0x0400, 2f32.powi(-14))]
        {
            assert_eq!(half(bits), value);
        }
        assert!(half(0x7e00).is_nan());
        assert_eq!(half(0xfc00), f32::NEG_INFINITY);
    }

    #[test]
    fn four_bit_values_start_at_the_low_half() {
        let tensor = Tensor { dims: vec![3], kind: Kind::I4, data: Data::Here(Cow::Owned(vec![0xf1, 0x08])) };
        assert_eq!(tensor.small_ints(), Some(vec![1, -1, -8]));
    }
}
