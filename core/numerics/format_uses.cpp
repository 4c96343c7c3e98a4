#include "numerics/format_uses.h"

#include <array>

namespace mantissa {
namespace {

// Documents that are cited more than once.
constexpr std::string_view kIeee = "IEEE Std 754-2019, clause 3.6, table 3.5";
constexpr std::string_view kOfp8 = "OCP 8-bit Floating Point Specification (OFP8), revision 1.0, 2023";
constexpr std::string_view kMx = "OCP Microscaling Formats (MX) Specification, version 1.0, 2023, clause 5";
constexpr std::string_view kAmpere = "NVIDIA A100 Tensor Core GPU Architecture, white paper, 2020";
constexpr std::string_view kHopper = "NVIDIA H100 Tensor Core GPU Architecture, white paper, 2022";
constexpr std::string_view kPtx = "NVIDIA PTX ISA, tcgen05.mma (docs.nvidia.com/cuda/parallel-thread-execution)";
constexpr std::string_view kCdna3 = "AMD Instinct MI300 (CDNA 3) Instruction Set Architecture, reference guide, 2023";
constexpr std::string_view kCdna4 = "AMD CDNA 4 Architecture, white paper, 2025";
constexpr std::string_view kIntelSdm = "Intel 64 and IA-32 Architectures Software Developer's Manual, volume 1";
constexpr std::string_view kArm = "Arm Architecture Reference Manual for A-profile (DDI 0487)";
constexpr std::string_view kTorchDtypes = "PyTorch documentation, Tensor Attributes: torch.dtype";
constexpr std::string_view kMlDtypes = "ml_dtypes, README (github.com/jax-ml/ml_dtypes)";
constexpr std::string_view kNeuron = "AWS Neuron documentation, Data Types (awsdocs-neuron.readthedocs-hosted.com)";
constexpr std::string_view kOnnxQuantize = "ONNX operators, QuantizeLinear (onnx.ai/onnx/operators)";
constexpr std::string_view kJacob =
    "Jacob et al., Quantization and Training of Neural Networks for Efficient Integer-Arithmetic-Only Inference, 2018, "
    "arXiv 1712.05877";
constexpr std::string_view kLiteRt = "LiteRT 8-bit quantization specification (ai.google.dev/edge/litert)";
constexpr std::string_view kMxPaper =
    "Rouhani et al., Microscaling Data Formats for Deep Learning, 2023, arXiv 2310.10537";
constexpr std::string_view kNvfp4Paper = "NVIDIA, Pretraining Large Language Models with NVFP4, 2025, arXiv 2509.25149";

constexpr FormatUse kFp64[] = {
    {"x86-64 and Arm CPUs", "SSE2, AVX, Neon and SVE arithmetic", kIeee},
    {"NVIDIA A100 (Ampere)", "FP64 tensor cores", kAmpere},
    {"PyTorch", "torch.float64", kTorchDtypes},
};
constexpr FormatUse kFp32[] = {
    {"CPUs and GPUs", "arithmetic; accumulators of narrower tensor-core products", kIeee},
    {"PyTorch", "torch.float32, the default", kTorchDtypes},
};
constexpr FormatUse kTf32[] = {
    {"NVIDIA A100 (Ampere) and later", "tensor-core operands, accumulated in FP32", kAmpere},
    {"PyTorch", "torch.backends.cuda.matmul.allow_tf32", "PyTorch documentation, CUDA semantics: TensorFloat-32"},
};
constexpr FormatUse kFp16[] = {
    {"NVIDIA V100 (Volta) and later", "tensor-core operands", "NVIDIA Tesla V100 GPU Architecture, white paper, 2017"},
    {"Intel Sapphire Rapids", "AVX512-FP16 arithmetic", kIntelSdm},
    {"Arm CPUs", "FEAT_FP16 arithmetic (Armv8.2-A)", kArm},
    {"PyTorch", "torch.float16; automatic mixed precision with loss scaling",
     "Micikevicius et al., Mixed Precision Training, 2018, arXiv 1710.03740"},
};
constexpr FormatUse kBf16[] = {
    {"Google TPU", "matrix-unit operands",
     "Kalamkar et al., A Study of BFLOAT16 for Deep Learning Training, 2019, arXiv 1905.12322"},
    {"Intel Cooper Lake and Sapphire Rapids", "AVX512_BF16, AMX-BF16",
     "Intel, BFLOAT16 – Hardware Numerics Definition, white paper, 2018"},
    {"Arm CPUs", "FEAT_BF16 (Armv8.6-A)", kArm},
    {"NVIDIA A100 (Ampere) and later", "tensor-core operands", kAmpere},
    {"PyTorch", "torch.bfloat16", kTorchDtypes},
};
constexpr FormatUse kE4m3[] = {
    {"NVIDIA H100 (Hopper) and later", "FP8 tensor cores, forward pass", kHopper},
    {"AMD Instinct MI350 (CDNA 4)", "matrix cores", kCdna4},
    {"FP8 training", "weights and activations",
     "Micikevicius et al., FP8 Formats for Deep Learning, 2022, arXiv 2209.05433"},
    {"PyTorch", "torch.float8_e4m3fn", kTorchDtypes},
    {"NVFP4", "the scale of a block of 16", kNvfp4Paper},
    {"OCP", "interchange", kOfp8},
};
constexpr FormatUse kE5m2[] = {
    {"NVIDIA H100 (Hopper) and later", "FP8 tensor cores, gradients", kHopper},
    {"AMD Instinct MI350 (CDNA 4)", "matrix cores", kCdna4},
    {"FP8 training", "gradients", "Micikevicius et al., FP8 Formats for Deep Learning, 2022, arXiv 2209.05433"},
    {"PyTorch", "torch.float8_e5m2", kTorchDtypes},
    {"OCP", "interchange", kOfp8},
};
constexpr std::string_view kNoune =
    "Noune et al., 8-bit Numerical Formats for Deep Neural Networks, 2022, arXiv 2206.02915";
constexpr FormatUse kE4m3fnuz[] = {
    {"Graphcore C600 IPU", "8-bit arithmetic", kNoune},
    {"AMD Instinct MI300 (CDNA 3)", "matrix cores", kCdna3},
    {"PyTorch", "torch.float8_e4m3fnuz", kTorchDtypes},
};
constexpr FormatUse kE5m2fnuz[] = {
    {"Graphcore C600 IPU", "8-bit arithmetic", kNoune},
    {"AMD Instinct MI300 (CDNA 3)", "matrix cores", kCdna3},
    {"PyTorch", "torch.float8_e5m2fnuz", kTorchDtypes},
};
constexpr FormatUse kFp6[] = {
    {"OCP MX", "elements of MXFP6", kMx},
    {"NVIDIA Blackwell", "tensor cores, kind::f8f6f4 and kind::mxf8f6f4", kPtx},
    {"AMD Instinct MI350 (CDNA 4)", "matrix cores", kCdna4},
    {"ml_dtypes", "storage for NumPy and JAX", kMlDtypes},
};
constexpr FormatUse kE2m1[] = {
    {"OCP MX", "elements of MXFP4", kMx},
    {"NVFP4", "elements", kNvfp4Paper},
    {"NVIDIA Blackwell", "tensor cores, kind::mxf4 and kind::mxf4nvf4", kPtx},
    {"PyTorch", "torch.float4_e2m1fn_x2, two to a byte", kTorchDtypes},
};
constexpr FormatUse kE8m0[] = {
    {"OCP MX", "the scale of a block of 32", kMx},
    {"NVIDIA Blackwell", "scale operand ue8m0 of block-scaled products", kPtx},
    {"PyTorch", "torch.float8_e8m0fnu", kTorchDtypes},
};
constexpr FormatUse kE4m3ieee[] = {
    {"AWS Trainium", "FP8 with infinities (F8E4M3)", kNeuron},
    {"ml_dtypes", "float8_e4m3", kMlDtypes},
};
constexpr FormatUse kE3m4[] = {{"ml_dtypes", "float8_e3m4", kMlDtypes}};
constexpr FormatUse kE4m3b11fnuz[] = {{"ml_dtypes", "float8_e4m3b11fnuz", kMlDtypes}};
constexpr FormatUse kInt8[] = {
    {"Integer inference", "weights: symmetric, one scale a tensor or output channel", kJacob},
    {"Intel Cascade Lake and later", "VPDPBUSD (AVX512_VNNI)", kIntelSdm},
    {"Arm CPUs", "SDOT (FEAT_DotProd), SMMLA (FEAT_I8MM)", kArm},
    {"NVIDIA A100 (Ampere)", "INT8 tensor cores", kAmpere},
    {"PyTorch", "torch.qint8", "PyTorch documentation, Quantization"},
    {"LiteRT", "weights", kLiteRt},
};
constexpr FormatUse kInt8Affine[] = {
    {"Integer inference", "activations: scale and zero point from their range", kJacob},
    {"LiteRT", "activations", kLiteRt},
    {"ONNX", "QuantizeLinear with a zero point", kOnnxQuantize},
    {"PyTorch", "torch.per_tensor_affine", "PyTorch documentation, Quantization"},
};
constexpr FormatUse kInt4[] = {
    {"NVIDIA A100 (Ampere)", "INT4 tensor cores", kAmpere},
    {"ONNX", "QuantizeLinear, from opset 21", kOnnxQuantize},
    {"GPTQ", "weights of language models",
     "Frantar et al., GPTQ: Accurate Post-Training Quantization for Generative Pre-trained Transformers, 2023, arXiv "
     "2210.17323"},
};
constexpr FormatUse kInt4Affine[] = {
    {"ONNX", "QuantizeLinear with a zero point, from opset 21", kOnnxQuantize},
    {"AWQ", "weights of language models, a zero point a group",
     "Lin et al., AWQ: Activation-aware Weight Quantization, 2024, arXiv 2306.00978"},
};
constexpr FormatUse kUint8[] = {
    {"Pictures", "a channel of a pixel, 0 to 255", "ISO/IEC 15948:2004 (PNG), clause 4"},
    {"PyTorch", "torch.uint8, torch.quint8", "PyTorch documentation, Quantization"},
    {"Intel Cascade Lake and later", "the unsigned operand of VPDPBUSD", kIntelSdm},
    {"ONNX", "QuantizeLinear", kOnnxQuantize},
};
constexpr FormatUse kInt16[] = {
    {"LiteRT", "activations beside INT8 weights (16x8)",
     "LiteRT post-training integer quantization with int16 activations (ai.google.dev/edge/litert)"},
    {"ONNX", "QuantizeLinear, from opset 21", kOnnxQuantize},
};
constexpr FormatUse kInt32[] = {
    {"Integer inference", "accumulators and biases of INT8 products", kJacob},
    {"Intel Cascade Lake and later", "accumulator of VPDPBUSD", kIntelSdm},
};
constexpr FormatUse kMxfp8And6[] = {
    {"OCP MX", "interchange", kMx},
    {"NVIDIA Blackwell", "tensor cores, kind::mxf8f6f4", kPtx},
    {"AMD Instinct MI350 (CDNA 4)", "matrix cores", kCdna4},
    {"MX training and inference", "weights, activations and gradients", kMxPaper},
};
constexpr FormatUse kMxfp4[] = {
    {"OCP MX", "interchange", kMx},
    {"NVIDIA Blackwell", "tensor cores, kind::mxf4", kPtx},
    {"AMD Instinct MI350 (CDNA 4)", "matrix cores", kCdna4},
    {"OpenAI gpt-oss", "expert weights as released",
     "OpenAI, gpt-oss-120b & gpt-oss-20b Model Card, 2025, arXiv 2508.10925"},
};
constexpr FormatUse kNvfp4[] = {
    {"NVIDIA Blackwell", "tensor cores, kind::mxf4nvf4 with one scale to 16 values", kPtx},
    {"NVIDIA Transformer Engine", "training in four bits", kNvfp4Paper},
};

struct Entry {
    std::string_view format;
    std::span<const FormatUse> uses;
};
constexpr std::array kUses{
    Entry{"fp64", kFp64},
    Entry{"fp32", kFp32},
    Entry{"tf32", kTf32},
    Entry{"fp16", kFp16},
    Entry{"bf16", kBf16},
    Entry{"e4m3", kE4m3},
    Entry{"e5m2", kE5m2},
    Entry{"e4m3fnuz", kE4m3fnuz},
    Entry{"e5m2fnuz", kE5m2fnuz},
    Entry{"e3m2", kFp6},
    Entry{"e2m3", kFp6},
    Entry{"e2m1", kE2m1},
    Entry{"e8m0", kE8m0},
    Entry{"e4m3ieee", kE4m3ieee},
    Entry{"e3m4", kE3m4},
    Entry{"e4m3b11fnuz", kE4m3b11fnuz},
    Entry{"int8", kInt8},
    Entry{"int4", kInt4},
    Entry{"uint8", kUint8},
    Entry{"int16", kInt16},
    Entry{"int32", kInt32},
    Entry{"int8-affine", kInt8Affine},
    Entry{"int4-affine", kInt4Affine},
    Entry{"mxfp8e4m3", kMxfp8And6},
    Entry{"mxfp8e5m2", kMxfp8And6},
    Entry{"mxfp6e3m2", kMxfp8And6},
    Entry{"mxfp6e2m3", kMxfp8And6},
    Entry{"mxfp4", kMxfp4},
    Entry{"nvfp4", kNvfp4},
};

}  // namespace

std::span<const FormatUse> usesOf(const Format& format) {
    for (const auto& entry : kUses)
        if (entry.format == format.name) return entry.uses;
    return {};
}

}  // namespace mantissa
