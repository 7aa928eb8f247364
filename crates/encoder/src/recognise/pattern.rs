//! Layer norms, linear layers and activations, in the ways exporters write them.

use super::weights::{self, Matrix};
use crate::kernels::float::{Activation, Norm};
use crate::kernels::linear::{Activations, Linear};
use crate::onnx::{Graph, Node};

/// Questions to a graph. Every answer names values up to operators that do not change them.
#[derive(Clone, Copy)]
pub(super) struct Reader<'g, 'a> {
    pub graph: &'g Graph<'a>,
}

/// `x W + b`.
#[derive(Debug)]
pub(super) struct LinearAt<'g> {
    pub input: &'g str,
    pub matrix: Matrix,
    pub bias: Vec<f32>,
}

/// `x + down(activation(up(x)))`.
pub(super) struct Perceptron<'g> {
    pub input: &'g str,
    pub up: Linear,
    pub activation: Activation,
    pub down: Linear,
}

impl LinearAt<'_> {
    pub(super) fn into_linear(self, activations: Activations) -> Linear {
        Linear::new(self.matrix.inputs, &self.matrix.weights, &self.matrix.scales, &self.bias, activations)
    }
}

impl<'g, 'a> Reader<'g, 'a> {
    pub(super) fn strip(&self, name: &'g str) -> &'g str {
        weights::strip(self.graph, name)
    }

    /// The node that makes a value, if it is one of these operators.
    pub(super) fn made_by(&self, name: &'g str, ops: &[&str]) -> Option<&'g Node<'a>> {
        self.graph.producer(self.strip(name)).filter(|n| ops.contains(&n.op))
    }

    pub(super) fn input(&self, node: &'g Node<'a>, i: usize) -> Option<&'g str> {
        node.input(i).map(|name| self.strip(name))
    }

    /// Why a value is not what it should be.
    pub(super) fn not(&self, name: &str, what: &str) -> String {
        match self.graph.producer(weights::strip(self.graph, name)) {
            Some(node) => format!("`{name}` should be {what}, and is made by operator `{}`", node.op),
            None => format!("`{name}` should be {what}"),
        }
    }

    /// Both inputs of a binary operator, in both orders.
    pub(super) fn either(&self, node: &'g Node<'a>) -> [(&'g str, &'g str); 2] {
        let (a, b) = (self.input(node, 0).unwrap_or(""), self.input(node, 1).unwrap_or(""));
        [(a, b), (b, a)]
    }

    /// A layer norm: what goes in, and its parameters.
    pub(super) fn norm(&self, name: &'g str) -> Result<(&'g str, Norm), String> {
        self.norm_op(name).or_else(|| self.norm_written_out(name)).ok_or_else(|| self.not(name, "a layer norm"))
    }

    fn norm_op(&self, name: &'g str) -> Option<(&'g str, Norm)> {
        let node = self.made_by(name, &["LayerNormalization"])?;
        let gamma = weights::floats(self.graph, node.input(1)?)?.1;
        let beta = match node.input(2) {
            Some(beta) => weights::floats(self.graph, beta)?.1,
            None => vec![0.0; gamma.len()],
        };
        let last = matches!(node.int("axis", -1), -1 | 2);
        let norm = Norm { gamma, beta, epsilon: node.float("epsilon", 1e-5) };
        last.then_some((self.input(node, 0)?, norm))
    }

    /// `(x - mean) / sqrt(mean((x - mean)^2) + epsilon) * gamma + beta`.
    fn norm_written_out(&self, name: &'g str) -> Option<(&'g str, Norm)> {
        let vector = |name: &str| weights::floats(self.graph, name).map(|(_, v)| v);
        let add = self.made_by(name, &["Add"])?;
        let (scaled, beta) = self.either(add).into_iter().find_map(|(x, b)| Some((x, vector(b)?)))?;
        let mul = self.made_by(scaled, &["Mul"])?;
        let (normal, gamma) = self.either(mul).into_iter().find_map(|(x, g)| Some((x, vector(g)?)))?;
        let div = self.made_by(normal, &["Div"])?;
        let (x, centred) = self.centred(self.input(div, 0)?)?;
        let root = self.made_by(self.input(div, 1)?, &["Sqrt"])?;
        let add = self.made_by(self.input(root, 0)?, &["Add"])?;
        let (variance, epsilon) =
            self.either(add).into_iter().find_map(|(v, e)| Some((v, weights::scalar(self.graph, e)?)))?;
        let square = self.input(self.mean(variance)?, 0)?;
        let square = self.made_by(square, &["Pow", "Mul"])?;
        let same = |name: &'g str| name == centred || self.centred(name).is_some_and(|(y, _)| y == x);
        let squared = match square.op {
            "Pow" => weights::scalar(self.graph, square.input(1)?) == Some(2.0) && same(self.input(square, 0)?),
            _ => same(self.input(square, 0)?) && same(self.input(square, 1)?),
        };
        squared.then_some((x, Norm { gamma, beta, epsilon }))
    }

    /// `x - mean(x)`: x, and the difference itself.
    fn centred(&self, name: &'g str) -> Option<(&'g str, &'g str)> {
        let sub = self.made_by(name, &["Sub"])?;
        let x = self.input(sub, 0)?;
        let mean = self.mean(self.input(sub, 1)?)?;
        (self.input(mean, 0)? == x).then_some((x, self.strip(name)))
    }

    /// A mean over the last axis.
    fn mean(&self, name: &'g str) -> Option<&'g Node<'a>> {
        let node = self.made_by(name, &["ReduceMean"])?;
        let from_input = || node.input(1).and_then(|axes| weights::constant(self.graph, axes)?.ints());
        let axes = node.ints("axes").map(<[i64]>::to_vec).or_else(from_input)?;
        (matches!(axes[..], [-1] | [2]) && node.int("keepdims", 1) == 1).then_some(node)
    }

    /// A linear layer with constant weights.
    pub(super) fn linear(&self, name: &'g str) -> Result<LinearAt<'g>, String> {
        self.linear_with_bias(name)
            .or_else(|| self.product(name, None))
            .or_else(|| self.gemm(name))
            .or_else(|| self.part(name))
            .ok_or_else(|| self.not(name, "a linear layer with constant weights"))
    }

    fn linear_with_bias(&self, name: &'g str) -> Option<LinearAt<'g>> {
        let add = self.made_by(name, &["Add"])?;
        self.either(add).into_iter().find_map(|(x, bias)| self.product(x, Some(weights::floats(self.graph, bias)?.1)))
    }

    fn product(&self, name: &'g str, bias: Option<Vec<f32>>) -> Option<LinearAt<'g>> {
        let node = self.made_by(name, &["MatMul"])?;
        let matrix = weights::matrix(self.graph, node.input(1)?, false)?;
        self.with_bias(self.input(node, 0)?, matrix, bias)
    }

    fn gemm(&self, name: &'g str) -> Option<LinearAt<'g>> {
        let node = self.made_by(name, &["Gemm"])?;
        if node.float("alpha", 1.0) != 1.0 || node.float("beta", 1.0) != 1.0 || node.int("transA", 0) != 0 {
            return None;
        }
        let matrix = weights::matrix(self.graph, node.input(1)?, node.int("transB", 0) == 1)?;
        let bias = match node.input(2) {
            Some(bias) => Some(weights::floats(self.graph, bias)?.1),
            None => None,
        };
        self.with_bias(self.input(node, 0)?, matrix, bias)
    }

    fn with_bias(&self, input: &'g str, matrix: Matrix, bias: Option<Vec<f32>>) -> Option<LinearAt<'g>> {
        let outputs = matrix.scales.len();
        let bias = match bias {
            None => vec![0.0; outputs],
            Some(one) if one.len() == 1 => vec![one[0]; outputs],
            Some(bias) => bias,
        };
        (bias.len() == outputs).then_some(LinearAt { input, matrix, bias })
    }

    /// Some columns of a linear layer: one output of a `Split` along the last axis.
    fn part(&self, name: &'g str) -> Option<LinearAt<'g>> {
        let name = self.strip(name);
        let node = self.made_by(name, &["Split"])?;
        if !matches!(node.int("axis", 0), -1 | 2) {
            return None;
        }
        let which = node.outputs.iter().position(|&o| o == name)?;
        let whole = self.linear(self.input(node, 0)?).ok()?;
        let outputs = whole.matrix.scales.len();
        let lengths = match node.input(1) {
            Some(lengths) => weights::constant(self.graph, lengths)?.ints()?,
            None => match node.ints("split") {
                Some(lengths) => lengths.to_vec(),
                None => vec![(outputs / node.outputs.len()) as i64; node.outputs.len()],
            },
        };
        let lengths: Vec<usize> = lengths.iter().map(|&l| usize::try_from(l).ok()).collect::<Option<_>>()?;
        let from: usize = lengths.get(..which)?.iter().sum();
        let range = from..from.checked_add(*lengths.get(which)?)?;
        let columns = |row: &[i8]| row.get(range.clone()).map(<[i8]>::to_vec);
        let weights: Option<Vec<Vec<i8>>> = whole.matrix.weights.chunks_exact(outputs).map(columns).collect();
        let matrix = Matrix {
            inputs: whole.matrix.inputs,
            weights: weights?.concat(),
            scales: whole.matrix.scales.get(range.clone())?.to_vec(),
        };
        Some(LinearAt { input: whole.input, matrix, bias: whole.bias.get(range)?.to_vec() })
    }

    /// `x + down(activation(up(x)))`.
    pub(super) fn perceptron(&self, name: &'g str) -> Result<Perceptron<'g>, String> {
        let read = |inner: &'g str, x: &'g str| -> Option<Perceptron<'g>> {
            let down = self.linear(inner).ok()?;
            let (before, activation) = self.activation(down.input)?;
            let up = self.linear(before).ok()?;
            let input = up.input;
            (input == x).then(|| Perceptron {
                input,
                up: up.into_linear(Activations::Fast),
                activation,
                down: down.into_linear(Activations::Fast),
            })
        };
        self.made_by(name, &["Add"])
            .and_then(|add| self.either(add).into_iter().find_map(|(inner, x)| read(inner, x)))
            .ok_or_else(|| self.not(name, "the sum of a value and a two-layer perceptron over it"))
    }

    fn activation(&self, name: &'g str) -> Option<(&'g str, Activation)> {
        if let Some(node) = self.made_by(name, &["Relu"]) {
            return Some((self.input(node, 0)?, Activation::Relu));
        }
        if let Some(node) = self.made_by(name, &["Gelu"]) {
            let tanh = node.text("approximate") == Some(b"tanh");
            return Some((self.input(node, 0)?, if tanh { Activation::GeluTanh } else { Activation::Gelu }));
        }
        self.gelu_written_out(name)
    }

    /// `x * (1 + erf(x / sqrt 2)) * 0.5`, in any order and nesting of the products.
    fn gelu_written_out(&self, name: &'g str) -> Option<(&'g str, Activation)> {
        let mut factors = Vec::new();
        self.factors(name, 3, &mut factors);
        let [a, b, c] = factors[..] else { return None };
        let near = |name: &str, value: f32| weights::scalar(self.graph, name).is_some_and(|v| (v - value).abs() < 1e-4);
        for (half, x, sum) in [(a, b, c), (a, c, b), (b, a, c), (b, c, a), (c, a, b), (c, b, a)] {
            if !near(half, 0.5) {
                continue;
            }
            let erf = self.made_by(sum, &["Add"]).and_then(|add| {
                self.either(add)
                    .into_iter()
                    .find_map(|(e, one)| if near(one, 1.0) { self.made_by(e, &["Erf"]) } else { None })
            });
            let Some(scaled) = erf.and_then(|erf| self.made_by(self.input(erf, 0)?, &["Div", "Mul"])) else { continue };
            let (first, second) = (self.input(scaled, 0)?, self.input(scaled, 1)?);
            let matches = match scaled.op {
                "Div" => first == x && near(second, std::f32::consts::SQRT_2),
                _ => [(first, second), (second, first)]
                    .into_iter()
                    .any(|(y, c)| y == x && near(c, std::f32::consts::FRAC_1_SQRT_2)),
            };
            if matches {
                return Some((x, Activation::Gelu));
            }
        }
        None
    }

    /// The factors of nested products.
    fn factors(&self, name: &'g str, depth: usize, into: &mut Vec<&'g str>) {
        match self.made_by(name, &["Mul"]) {
            Some(node) if depth > 0 => {
                for i in 0..2 {
                    if let Some(input) = self.input(node, i) {
                        self.factors(input, depth - 1, into);
                    }
                }
            }
            _ => into.push(self.strip(name)),
        }
    }
}
