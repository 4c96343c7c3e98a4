#include "numerics/format_uses.h"

#include <array>

namespace mantissa {
namespace {

// Documents that are cited more than once.
constexpr std::string_view kIeee = "IEEE Std 754-2019, clause 3.6, table 3.5";
constexpr std::string_view kOfp8 = "OCP 8-bit Floating Point Specification (OFP8), revision 1.0, 2023";
constexpr std::string_view kFp8Paper =
    "Micikevicius et al., FP8 Formats for Deep Learning, 2022, arXiv 2209.05433, section 3";
constexpr std::string_view kNoune =
    "Noune et al., 8-bit Numerical Formats for Deep Neural Networks, 2022, arXiv 2206.02915";
constexpr std::string_view kMx = "OCP Microscaling Formats (MX) Specification, version 1.0, 2023, clause 5.2, table 1";
constexpr std::string_view kMxElements = "OCP Microscaling Formats (MX) Specification, version 1.0, 2023, clause 5.3";
constexpr std::string_view kMxPaper =
    "Rouhani et al., Microscaling Data Formats for Deep Learning, 2023, arXiv 2310.10537";
constexpr std::string_view kNvfp4Paper = "NVIDIA, Pretraining Large Language Models with NVFP4, 2025, arXiv 2509.25149";
constexpr std::string_view kCutlass =
    "NVIDIA CUTLASS documentation, Functionality: TensorOp kernels (docs.nvidia.com/cutlass)";
constexpr std::string_view kBlackwell =
    "NVIDIA PTX ISA 8.6, tcgen05.mma (docs.nvidia.com/cuda/parallel-thread-execution); CUTLASS documentation, "
    "Blackwell SM100 GEMMs (docs.nvidia.com/cutlass)";
constexpr std::string_view kEngineMatrix =
    "NVIDIA Transformer Engine documentation, Datatype and hardware support matrix "
    "(nvidia.github.io/TransformerEngine)";
constexpr std::string_view kEngineFp8 =
    "NVIDIA Transformer Engine documentation, FP8 Current Scaling (nvidia.github.io/TransformerEngine)";
constexpr std::string_view kTensorRt =
    "NVIDIA TensorRT documentation, Working with Quantized Types (docs.nvidia.com/deeplearning/tensorrt)";
constexpr std::string_view kHip =
    "AMD HIP documentation, Low precision floating point types: device compatibility (rocm.docs.amd.com)";
constexpr std::string_view kAmdMatrixCores =
    "AMD, Matrix Core Programming on AMD CDNA 3 and CDNA 4 architecture, 2025 (rocm.blogs.amd.com)";
constexpr std::string_view kIntelTypes =
    "Intel 64 and IA-32 Architectures Software Developer's Manual, volume 1, section 4.2.2";
constexpr std::string_view kIntelExtensions =
    "Intel Architecture Instruction Set Extensions and Future Features, Programming Reference (319433), chapter 1";
constexpr std::string_view kOneDnnInt8 =
    "oneDNN developer guide, Nuances of int8 Computations: Intel DL Boost (oneapi-src.github.io/oneDNN)";
constexpr std::string_view kArmTypes =
    "Arm Architecture Reference Manual for A-profile architecture (DDI 0487), section A1.5";
constexpr std::string_view kArmFeatures =
    "Arm Architecture Reference Manual for A-profile architecture (DDI 0487), chapter A2";
constexpr std::string_view kCoreMlQuantize =
    "Core ML Tools guide, Optimization: What's New (apple.github.io/coremltools)";
constexpr std::string_view kTrainiumFp8 =
    "StableHLO RFC, Float8E4M3 and Float8E3M4, 2024 (github.com/openxla/stablehlo/pull/2486)";
constexpr std::string_view kTorchDtypes = "PyTorch documentation, Tensor Attributes: torch.dtype";
constexpr std::string_view kTorchQuantize =
    "PyTorch documentation, Quantization API Reference: quantized dtypes and quantization schemes";
constexpr std::string_view kMlDtypes = "ml_dtypes, README (github.com/jax-ml/ml_dtypes)";
constexpr std::string_view kOnnxQuantize = "ONNX operators, QuantizeLinear (onnx.ai/onnx/operators)";
constexpr std::string_view kJacob =
    "Jacob et al., Quantization and Training of Neural Networks for Efficient Integer-Arithmetic-Only Inference, 2018, "
    "arXiv 1712.05877, section 2";
constexpr std::string_view kKrishnamoorthi =
    "Krishnamoorthi, Quantizing deep convolutional networks for efficient inference: A whitepaper, 2018, arXiv "
    "1806.08342, sections 2 and 3.1";
constexpr std::string_view kLiteRt =
    "LiteRT 8-bit quantization specification (ai.google.dev/edge/litert/models/quantization_spec)";
constexpr std::string_view kLlamaCpp = "llama.cpp, ggml/src/ggml-common.h (github.com/ggml-org/llama.cpp)";

constexpr FormatUse kFp64[] = {
    {"IEEE 754", "binary64, an interchange format", kIeee},
    {"x86-64 CPUs", "SSE2, AVX and AVX-512 arithmetic", kIntelTypes},
    {"Arm CPUs (AArch64)", "scalar, Advanced SIMD (Neon) and SVE arithmetic", kArmTypes},
    {"NVIDIA A100 and H100", "tensor cores, accumulated in FP64", kCutlass},
    {"PyTorch", "torch.float64", kTorchDtypes},
};
constexpr FormatUse kFp32[] = {
    {"IEEE 754", "binary32, an interchange format", kIeee},
    {"x86-64 CPUs", "SSE, AVX and AVX-512 arithmetic", kIntelTypes},
    {"Arm CPUs (AArch64)", "scalar, Advanced SIMD (Neon) and SVE arithmetic", kArmTypes},
    {"NVIDIA GPUs", "arithmetic; accumulators of tensor-core products of FP16, BF16 and TF32", kCutlass},
    {"PyTorch", "torch.float32, what new tensors have unless told otherwise",
     "PyTorch documentation, torch.set_default_dtype"},
};
constexpr FormatUse kTf32[] = {
    {"NVIDIA A100 (Ampere) and later", "tensor-core operands, accumulated in FP32", kCutlass},
    {"PyTorch", "torch.backends.cuda.matmul.fp32_precision = \"tf32\"; before 2.9, allow_tf32",
     "PyTorch documentation, CUDA semantics: TensorFloat-32 (TF32) on Ampere (and later) devices"},
};
constexpr FormatUse kFp16[] = {
    {"IEEE 754", "binary16, an interchange format", kIeee},
    {"NVIDIA V100 (Volta) and later", "tensor-core operands, accumulated in FP16 or FP32", kCutlass},
    {"Intel Sapphire Rapids", "AVX512-FP16 arithmetic", kIntelExtensions},
    {"Arm CPUs", "FEAT_FP16 arithmetic (from Armv8.2-A)", kArmFeatures},
    {"Apple Core ML", "what an ML program computes in by default",
     "Core ML Tools guide, Typed Execution (apple.github.io/coremltools)"},
    {"Mixed-precision training", "weights, activations and gradients of a scaled loss, beside FP32 master weights",
     "Micikevicius et al., Mixed Precision Training, 2018, arXiv 1710.03740, section 3"},
    {"PyTorch", "torch.float16; torch.amp, which scales the loss",
     "PyTorch documentation, Automatic Mixed Precision package: torch.amp"},
};
constexpr FormatUse kBf16[] = {
    {"Google TPU", "matrix-unit operands, accumulated in FP32",
     "Cloud TPU documentation, Improve your model's performance with bfloat16 (docs.cloud.google.com/tpu)"},
    {"Intel Cooper Lake, Sapphire Rapids", "AVX512_BF16; on Sapphire Rapids also AMX-BF16", kIntelExtensions},
    {"Arm CPUs", "FEAT_BF16 (optional from Armv8.2-A, part of Armv8.6-A)", kArmFeatures},
    {"NVIDIA A100 (Ampere) and later", "tensor-core operands, accumulated in FP32", kCutlass},
    {"PyTorch", "torch.bfloat16", kTorchDtypes},
};
constexpr FormatUse kE4m3[] = {
    {"OCP", "interchange", kOfp8},
    {"NVIDIA Ada, Hopper and later", "FP8 tensor cores", kEngineMatrix},
    {"NVIDIA Transformer Engine", "forward pass: weights and activations", kEngineFp8},
    {"AMD Instinct MI350 (CDNA 4), RDNA 4", "native support", kHip},
    {"FP8 training", "weights and activations", kFp8Paper},
    {"NVFP4", "the scale of a block of 16", kNvfp4Paper},
    {"PyTorch", "torch.float8_e4m3fn", kTorchDtypes},
    {"ONNX", "QuantizeLinear, from opset 19 (float8e4m3fn)", kOnnxQuantize},
};
constexpr FormatUse kE5m2[] = {
    {"OCP", "interchange", kOfp8},
    {"NVIDIA Ada, Hopper and later", "FP8 tensor cores", kEngineMatrix},
    {"NVIDIA Transformer Engine", "backward pass: gradients", kEngineFp8},
    {"AMD Instinct MI350 (CDNA 4), RDNA 4", "native support", kHip},
    {"FP8 training", "gradients", kFp8Paper},
    {"PyTorch", "torch.float8_e5m2", kTorchDtypes},
    {"ONNX", "QuantizeLinear, from opset 19 (float8e5m2)", kOnnxQuantize},
};
constexpr std::string_view kGraphcoreIsa =
    "Graphcore, Tile Vertex ISA for Mk2 IPUs with FP8 support (IPU21), release 1.3.1 (docs.graphcore.ai)";
constexpr FormatUse kE4m3fnuz[] = {
    {"Graphcore, AMD and Qualcomm", "proposal for inference and training", kNoune},
    {"Graphcore C600 (Mk2 IPU with FP8)", "8-bit arithmetic, the exponent's bias adjustable", kGraphcoreIsa},
    {"AMD Instinct MI300 (CDNA 3)", "native support, in place of OCP's E4M3", kHip},
    {"PyTorch", "torch.float8_e4m3fnuz", kTorchDtypes},
};
constexpr FormatUse kE5m2fnuz[] = {
    {"Graphcore, AMD and Qualcomm", "proposal for inference and training", kNoune},
    {"Graphcore C600 (Mk2 IPU with FP8)", "8-bit arithmetic, the exponent's bias adjustable", kGraphcoreIsa},
    {"AMD Instinct MI300 (CDNA 3)", "native support, in place of OCP's E5M2", kHip},
    {"PyTorch", "torch.float8_e5m2fnuz", kTorchDtypes},
};
constexpr FormatUse kFp6[] = {
    {"OCP MX", "elements of MXFP6", kMxElements},
    {"NVIDIA Blackwell (compute capability 10.0)", "tensor cores, kind::f8f6f4 and kind::mxf8f6f4", kBlackwell},
    {"AMD Instinct MI350 (CDNA 4)", "matrix cores", kAmdMatrixCores},
    {"ml_dtypes", "float6_e3m2fn and float6_e2m3fn for NumPy, a byte each", kMlDtypes},
    {"ONNX", "QuantizeLinear, from opset 28", kOnnxQuantize},
};
constexpr FormatUse kE2m1[] = {
    {"OCP MX", "elements of MXFP4", kMxElements},
    {"NVFP4", "elements", kNvfp4Paper},
    {"NVIDIA Blackwell (compute capability 10.0)",
     "tensor cores: unscaled, kind::f8f6f4; in blocks, kind::mxf8f6f4, kind::mxf4 and kind::mxf4nvf4", kBlackwell},
    {"AMD Instinct MI350 (CDNA 4)", "matrix cores", kAmdMatrixCores},
    {"PyTorch", "torch.float4_e2m1fn_x2, two to a byte", kTorchDtypes},
    {"ONNX", "QuantizeLinear, from opset 23", kOnnxQuantize},
};
constexpr FormatUse kE8m0[] = {
    {"OCP MX", "the scale of a block of 32",
     "OCP Microscaling Formats (MX) Specification, version 1.0, 2023, clause 5.4.1"},
    {"NVIDIA Blackwell (compute capability 10.0)", "ue8m0, the scales of block-scaled products", kBlackwell},
    {"AMD Instinct MI350 (CDNA 4)", "scales of block-scaled matrix-core products", kAmdMatrixCores},
    {"PyTorch", "torch.float8_e8m0fnu", kTorchDtypes},
    {"ONNX", "the scale of QuantizeLinear, from opset 24", kOnnxQuantize},
};
constexpr FormatUse kE4m3ieee[] = {
    {"AWS Trainium", "FP8 of the first generation (Trn1), proposed as Float8E4M3", kTrainiumFp8},
    {"AWS Trainium 2", "FP8_EXP4 with IEEE 754's special values; weights in OCP's E4M3 are rescaled to it",
     "AWS Neuron documentation, Tutorial: Using Speculative Decoding and Quantization to improve Llama-3.1-405B "
     "inference performance on Trn2 instances"},
    {"ml_dtypes", "float8_e4m3 for NumPy", kMlDtypes},
};
constexpr FormatUse kE3m4[] = {
    {"AWS Trainium", "FP8 of the first generation (Trn1), proposed as Float8E3M4", kTrainiumFp8},
    {"ml_dtypes", "float8_e3m4 for NumPy", kMlDtypes},
};
constexpr FormatUse kE4m3b11fnuz[] = {
    {"StableHLO", "f8E4M3B11FNUZ, after the forward format of hybrid FP8 training (Sun et al. 2019)",
     "StableHLO specification, Types: floating-point types (github.com/openxla/stablehlo)"},
    {"ml_dtypes", "float8_e4m3b11fnuz for NumPy", kMlDtypes},
};
constexpr FormatUse kInt8[] = {
    {"Integer inference", "weights: symmetric, one scale an output channel", kKrishnamoorthi},
    {"Intel Cascade Lake and later", "VPDPBUSD (AVX512_VNNI), the signed operand", kOneDnnInt8},
    {"Arm CPUs", "SDOT (FEAT_DotProd), SMMLA (FEAT_I8MM)", kArmFeatures},
    {"NVIDIA Turing and later", "tensor cores, accumulated in INT32", kCutlass},
    {"NVIDIA TensorRT", "weights and activations: symmetric", kTensorRt},
    {"Apple Core ML", "weights and activations, on the Neural Engine from A17 Pro and M4 on", kCoreMlQuantize},
    {"LiteRT", "weights: symmetric, -127 to 127, one scale a tensor or channel", kLiteRt},
    {"PyTorch", "torch.qint8 with torch.per_tensor_symmetric or per_channel_symmetric", kTorchQuantize},
    {"llama.cpp", "Q8_0: blocks of 32 weights with an FP16 scale each", kLlamaCpp},
};
constexpr FormatUse kInt8Affine[] = {
    {"Integer inference", "activations: asymmetric, one scale and zero point a layer", kKrishnamoorthi},
    {"LiteRT", "activations: one scale and zero point a tensor", kLiteRt},
    {"ONNX", "QuantizeLinear with a zero point, from opset 10", kOnnxQuantize},
    {"PyTorch", "torch.qint8 with torch.per_tensor_affine or per_channel_affine", kTorchQuantize},
};
constexpr FormatUse kInt4[] = {
    {"NVIDIA Turing and Ampere", "tensor cores, accumulated in INT32", kCutlass},
    {"NVIDIA TensorRT", "weights only: symmetric", kTensorRt},
    {"Apple Core ML", "weights, one scale a block (iOS 18, macOS 15)", kCoreMlQuantize},
    {"ONNX", "QuantizeLinear, from opset 21", kOnnxQuantize},
    {"llama.cpp", "Q4_0: blocks of 32 weights with an FP16 scale each", kLlamaCpp},
};
constexpr FormatUse kInt4Affine[] = {
    {"ONNX", "QuantizeLinear with a zero point, from opset 21", kOnnxQuantize},
    {"GPTQ", "weights of language models, a zero point a row",
     "Frantar et al., GPTQ: Accurate Post-Training Quantization for Generative Pre-trained Transformers, 2023, arXiv "
     "2210.17323, section 5"},
    {"AWQ", "weights of language models, a zero point a group",
     "Lin et al., AWQ: Activation-aware Weight Quantization, 2024, arXiv 2306.00978; vLLM documentation, AWQConfig"},
};
constexpr FormatUse kUint8[] = {
    {"Pictures", "a channel of a pixel, 0 to 255", "ISO/IEC 15948:2004 (PNG), clause 11.2, IHDR: bit depth 8"},
    {"Integer inference", "weights and activations, each array with a scale and zero point", kJacob},
    {"Intel Cascade Lake and later", "VPDPBUSD (AVX512_VNNI), the unsigned operand", kOneDnnInt8},
    {"PyTorch", "torch.uint8", kTorchDtypes},
    {"PyTorch", "torch.quint8, for activations", kTorchQuantize},
    {"ONNX", "QuantizeLinear, from opset 10", kOnnxQuantize},
};
constexpr FormatUse kInt16[] = {
    {"LiteRT", "activations beside INT8 weights (16x8)",
     "LiteRT, Post-training integer quantization with int16 activations "
     "(ai.google.dev/edge/litert/models/post_training_integer_quant_16x8)"},
    {"ONNX", "QuantizeLinear, from opset 21", kOnnxQuantize},
};
constexpr FormatUse kInt32[] = {
    {"Integer inference", "accumulators of 8-bit products, and biases", kJacob},
    {"LiteRT", "biases", kLiteRt},
    {"Intel Cascade Lake and later", "VPDPBUSD (AVX512_VNNI), the accumulator", kOneDnnInt8},
    {"NVIDIA Turing and later", "accumulators of INT8 tensor-core products", kCutlass},
};
constexpr FormatUse kMxfp8[] = {
    {"OCP MX", "interchange", kMx},
    {"NVIDIA Blackwell (compute capability 10.0)", "tensor cores, kind::mxf8f6f4", kBlackwell},
    {"NVIDIA Transformer Engine", "MXFP8 recipe: E4M3, or E5M2 for gradients",
     "NVIDIA Transformer Engine documentation, MXFP8 (nvidia.github.io/TransformerEngine)"},
    {"AMD Instinct MI350 (CDNA 4)", "block-scaled matrix-core products", kAmdMatrixCores},
    {"AWS Trainium 3", "nki.isa.quantize_mx, operands of nc_matmul_mx",
     "AWS Neuron documentation, nki.isa.quantize_mx (awsdocs-neuron.readthedocs-hosted.com)"},
    {"MX training and inference", "a drop-in for FP32", kMxPaper},
};
constexpr FormatUse kMxfp6[] = {
    {"OCP MX", "interchange", kMx},
    {"NVIDIA Blackwell (compute capability 10.0)", "tensor cores, kind::mxf8f6f4", kBlackwell},
    {"AMD Instinct MI350 (CDNA 4)", "block-scaled matrix-core products", kAmdMatrixCores},
    {"MX training and inference", "weights, activations and gradients of language models", kMxPaper},
};
constexpr FormatUse kMxfp4[] = {
    {"OCP MX", "interchange", kMx},
    {"NVIDIA Blackwell (compute capability 10.0)", "tensor cores, kind::mxf4", kBlackwell},
    {"AMD Instinct MI350 (CDNA 4)", "block-scaled matrix-core products", kAmdMatrixCores},
    {"OpenAI gpt-oss", "weights of the experts, as released",
     "OpenAI, gpt-oss-120b & gpt-oss-20b Model Card, 2025, arXiv 2508.10925"},
};
constexpr FormatUse kNvfp4[] = {
    {"NVIDIA Blackwell (compute capability 10.0)", "tensor cores, kind::mxf4nvf4 with one ue4m3 scale to 16 values",
     kBlackwell},
    {"NVIDIA Transformer Engine", "NVFP4 recipe: training in four bits",
     "NVIDIA Transformer Engine documentation, NVFP4 (nvidia.github.io/TransformerEngine)"},
    {"Pretraining of language models", "weights, activations and gradients", kNvfp4Paper},
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
    Entry{"mxfp8e4m3", kMxfp8},
    Entry{"mxfp8e5m2", kMxfp8},
    Entry{"mxfp6e3m2", kMxfp6},
    Entry{"mxfp6e2m3", kMxfp6},
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
