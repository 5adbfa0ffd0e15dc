//! Writes a torchvision ResNet from a `.safetensors` file to ONNX, with nothing but this crate:
//! `emit_resnet resnet18|resnet34|resnet50 WEIGHTS.safetensors OUTPUT.onnx [opset]`.

mod resnet;
mod safetensors;

use std::fs::File;
use std::io::BufWriter;

use classifier_onnx::Opset;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [architecture, weights, output, rest @ ..] = &arguments[..] else {
        return Err(
            "usage: emit_resnet resnet18|resnet34|resnet50 WEIGHTS.safetensors OUTPUT.onnx [opset]".into()
        );
    };
    let opset = match rest {
        [] => Opset::DEFAULT,
        [opset, ..] => Opset::new(opset.parse()?)?,
    };
    let spec =
        resnet::ResnetSpec::named(architecture).ok_or("only resnet18, resnet34 and resnet50 are known")?;
    let weights = safetensors::Safetensors::read(weights.as_ref())?;
    let model = resnet::classifier(&spec, &weights, opset, true)?;
    let bytes = model.write_to(&mut BufWriter::new(File::create(output)?))?;
    println!("{output}: {bytes} bytes, opset {opset}");
    Ok(())
}
