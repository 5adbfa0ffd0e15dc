use super::{Preprocessing, Resize};
use crate::{Graph, OnnxError, Tensor, Value};

/// Where one axis of the crop lies: in integers, computed by the graph from the image's size.
///
/// With I pixels in and O out, the filter of row r reaches the pixels x with |(2x + 1)·O − (2r + 1)·I| < `reach`.
#[derive(Debug)]
pub(super) struct Axis {
    /// O, a scalar.
    pub output: Value,
    /// 2·max(I, O) with antialias, else 2·O; a scalar.
    pub reach: Value,
    /// (2r + 1)·I for the rows r of the crop, [C].
    pub centres: Value,
    /// 1 for rows inside the resized image, 0 for the filling around it, [C]; `None` where all are inside.
    pub inside: Option<Value>,
    /// The pixels that the crop's filters reach: from `start` to before `end`, scalars and [1].
    pub start: Value,
    pub end: Value,
    pub start_1: Value,
    pub end_1: Value,
}

impl Axis {
    /// `vertical` tells which numbers of the spec count, `sizes` are the scalars [this side, the other side].
    pub fn emit(
        graph: &mut Graph<'_>,
        prefix: &str,
        spec: &Preprocessing,
        vertical: bool,
        sizes: [&Value; 2],
    ) -> Result<Self, OnnxError> {
        let name = |part: &str| format!("{prefix}.{part}");
        let input = sizes[0];
        let (zero, one, two) = (graph.scalar(0)?, graph.scalar(1)?, graph.scalar(2)?);
        let crop = spec.crop.map(|crop| if vertical { crop.height } else { crop.width });
        // The least that O can be, to know now whether anything must be filled up.
        let (output, least) = match spec.resize {
            None => (input.clone(), 1),
            Some(Resize::Exact { height, width }) => {
                let side = if vertical { height } else { width };
                (graph.scalar(side.into())?, side)
            }
            Some(Resize::Shorter(side)) => {
                let shorter = graph.min(&name("shorter"), sizes[0], sizes[1])?;
                let length = graph.scalar(side.into())?;
                let scaled = graph.mul(&name("scaled"), input, &length)?;
                (graph.div(&name("output"), &scaled, &shorter)?, side)
            }
        };
        let (rows, last) = match crop {
            None => {
                (graph.range(&name("rows"), &zero, &output, &one)?, graph.sub(&name("last"), &output, &one)?)
            }
            Some(crop) => {
                let offset = crop_offset(graph, prefix, &output, crop, least < crop)?;
                let count: Vec<i64> = (0..i64::from(crop)).collect();
                let count = graph.initializer(Tensor::i64(&name("count"), &[crop.into()], &count)?)?;
                let to_last = graph.scalar(i64::from(crop) - 1)?;
                (graph.add(&name("rows"), &count, &offset)?, graph.add(&name("last"), &to_last, &offset)?)
            }
        };
        let doubled = graph.mul(&name("doubled"), &rows, &two)?;
        let odd = graph.add(&name("odd"), &doubled, &one)?;
        let centres = graph.mul(&name("centres"), &odd, input)?;
        let inside = match crop {
            Some(crop) if least < crop => Some(inside(graph, prefix, &rows, &output)?),
            _ => None,
        };

        let wide = if spec.antialias { graph.max(&name("wide"), input, &output)? } else { output.clone() };
        let reach = graph.mul(&name("reach"), &wide, &two)?;
        // Pixel x is reached by the first row only if x > low / 2O − ½, by the last only if x < high / 2O − ½.
        let out_twice = graph.mul(&name("out_twice"), &output, &two)?;
        let edge = |graph: &mut Graph<'_>, part: &str, row: &Value| {
            let doubled = graph.mul(&name(&format!("{part}.doubled")), row, &two)?;
            let odd = graph.add(&name(&format!("{part}.odd")), &doubled, &one)?;
            graph.mul(&name(part), &odd, input)
        };
        let first = graph.pick(&name("first"), &rows, 0)?;
        let first = edge(graph, "first.centre", &first)?;
        let low = graph.sub(&name("low"), &first, &reach)?;
        let low = graph.max(&name("low.positive"), &low, &zero)?;
        let start = graph.div(&name("start"), &low, &out_twice)?;
        let last = edge(graph, "last.centre", &last)?;
        let high = graph.add(&name("high"), &last, &reach)?;
        let beyond = graph.div(&name("beyond"), &high, &out_twice)?;
        let beyond = graph.add(&name("beyond.next"), &beyond, &one)?;
        let end = graph.min(&name("end"), &beyond, input)?;
        let start_1 = graph.unsqueeze(&name("start_1"), &start, 0)?;
        let end_1 = graph.unsqueeze(&name("end_1"), &end, 0)?;
        Ok(Self { output, reach, centres, inside, start, end, start_1, end_1 })
    }
}

/// The row of the resized image that the crop begins with; negative where the image is smaller.
///
/// torchvision takes Python's `round((O − C) / 2)`, halves to even, and fills ⌊(C − O) / 2⌋ rows on the near side.
fn crop_offset(
    graph: &mut Graph<'_>,
    prefix: &str,
    output: &Value,
    crop: u32,
    may_fill: bool,
) -> Result<Value, OnnxError> {
    let name = |part: &str| format!("{prefix}.offset.{part}");
    let (zero, two, crop) = (graph.scalar(0)?, graph.scalar(2)?, graph.scalar(crop.into())?);
    let spare = graph.sub(&name("spare"), output, &crop)?;
    let room = if may_fill { graph.max(&name("room"), &spare, &zero)? } else { spare.clone() };
    let mut parity = |part: &str, whole: &Value| {
        let half = graph.div(&name(&format!("{part}.half")), whole, &two)?;
        let even = graph.mul(&name(&format!("{part}.even")), &half, &two)?;
        let rest = graph.sub(&name(&format!("{part}.rest")), whole, &even)?;
        Ok::<_, OnnxError>((half, rest))
    };
    let (half, has_half) = parity("room", &room)?;
    let (_, is_odd) = parity("half", &half)?;
    let up = graph.mul(&name("up"), &has_half, &is_odd)?;
    let offset = graph.add(&name("rounded"), &half, &up)?;
    if !may_fill {
        return Ok(offset);
    }
    let lack = graph.sub(&name("lack"), &room, &spare)?;
    let fill = graph.div(&name("fill"), &lack, &two)?;
    graph.sub(&name("filled"), &offset, &fill)
}

/// min(max(r + 1, 0), 1) · min(max(O − r, 0), 1): 1 where 0 ≤ r < O.
fn inside(graph: &mut Graph<'_>, prefix: &str, rows: &Value, output: &Value) -> Result<Value, OnnxError> {
    let name = |part: &str| format!("{prefix}.inside.{part}");
    let (zero, one) = (graph.scalar(0)?, graph.scalar(1)?);
    let next = graph.add(&name("next"), rows, &one)?;
    let left = graph.sub(&name("left"), output, rows)?;
    let mut step = |part: &str, count: &Value| {
        let positive = graph.max(&name(&format!("{part}.positive")), count, &zero)?;
        graph.min(&name(&format!("{part}.step")), &positive, &one)
    };
    let (from, to) = (step("next", &next)?, step("left", &left)?);
    graph.mul(&name("both"), &from, &to)
}
