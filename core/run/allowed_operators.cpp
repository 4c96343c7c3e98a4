#include "run/allowed_operators.h"

#include <set>

namespace mantissa {
namespace {

// Names without "aten::". Left out on purpose: operators that open files (from_file), that share or reinterpret memory
// (set_, resize_, as_strided, _unsafe_index), and sources of noise (rand, randn).
constexpr std::string_view kComputing =
    "_adaptive_avg_pool2d _assert_tensor_metadata _batch_norm_impl_index _convolution _fused_rms_norm "
    "_log_softmax _native_batch_norm_legit_no_training _native_multi_head_attention _safe_softmax "
    "_scaled_dot_product_attention_math _scaled_dot_product_flash_attention_for_cpu _shape_as_tensor _softmax "
    "_to_copy _transformer_encoder_layer_fwd _unsafe_view _upsample_bicubic2d_aa _upsample_bilinear2d_aa "
    "_upsample_nearest_exact1d _upsample_nearest_exact2d _weight_norm abs abs_ absolute acos acosh "
    "adaptive_avg_pool1d adaptive_avg_pool2d adaptive_avg_pool3d adaptive_max_pool2d add add_ addbmm addcdiv "
    "addcdiv_ addcmul addcmul_ addmm addmv affine_grid_generator alias all alpha_dropout amax amin aminmax any "
    "arange argmax argmin argsort asin asinh atan atan2 atanh atleast_1d atleast_2d atleast_3d avg_pool1d "
    "avg_pool2d avg_pool3d baddbmm batch_norm bernoulli_ bilinear bitwise_and bitwise_not bitwise_or bitwise_xor "
    "bmm broadcast_tensors broadcast_to bucketize cat cdist ceil ceil_ celu celu_ channel_shuffle chunk clamp "
    "clamp_ clamp_max clamp_max_ clamp_min clamp_min_ clip clip_ clone col2im column_stack concat conj "
    "constant_pad_nd contiguous conv1d conv2d conv3d conv_transpose1d conv_transpose2d conv_transpose3d "
    "convolution copy_ cos cos_ cosh cosine_similarity count_nonzero cross cummax cummin cumprod cumsum cumsum_ "
    "deg2rad detach detach_ diag diag_embed diagonal diff dist div div_ divide dot dropout dropout_ dstack einsum "
    "elu elu_ embedding embedding_bag empty empty_like eq eq_ erf erf_ erfc erfinv exp exp2 exp_ expand expand_as "
    "expand_copy expm1 eye feature_alpha_dropout feature_dropout fft_fft2 fft_fftn fft_fftshift fft_ifft2 "
    "fft_ifftn fft_ifftshift fft_irfft fft_irfft2 fft_rfft fft_rfft2 fill_ flatten flip fliplr flipud float_power "
    "floor floor_ floor_divide floor_divide_ fmax fmin fmod frac frobenius_norm full full_like gather ge gelu "
    "gelu_ glu greater greater_equal grid_sampler grid_sampler_2d group_norm gru gru_cell gt hardshrink "
    "hardsigmoid hardsigmoid_ hardswish hardswish_ hardtanh hardtanh_ hsplit hstack hypot im2col imag index "
    "index_add index_copy index_fill index_put index_put_ index_select inner instance_norm isfinite isinf isnan "
    "kron layer_norm le leaky_relu leaky_relu_ lerp less less_equal lift lift_fresh lift_fresh_copy "
    "linalg_matrix_norm linalg_norm linalg_vector_norm linear linspace log log10 log1p log2 log_ log_sigmoid "
    "log_softmax logaddexp logcumsumexp logical_and logical_not logical_not_ logical_or logical_xor logit "
    "logsumexp lstm lstm_cell lt mT masked_fill masked_fill_ masked_scatter masked_select matmul max max_pool1d "
    "max_pool2d max_pool2d_with_indices max_pool3d max_unpool2d maximum mean median meshgrid min minimum mish "
    "mish_ mm moveaxis movedim mul mul_ multiply mv nan_to_num nanmean nansum narrow narrow_copy "
    "native_batch_norm native_channel_shuffle native_dropout native_group_norm native_layer_norm ne neg neg_ "
    "negative new_empty new_full new_ones new_zeros nonzero norm numpy_T one_hot ones ones_like outer pad "
    "pairwise_distance permute permute_copy pixel_shuffle pixel_unshuffle positive pow pow_ prelu prod rad2deg "
    "ravel real reciprocal reciprocal_ reflection_pad1d reflection_pad2d reflection_pad3d relu relu6 relu6_ relu_ "
    "remainder remainder_ repeat repeat_interleave replication_pad1d replication_pad2d replication_pad3d reshape "
    "reshape_as rms_norm rnn_relu rnn_tanh roll rot90 round round_ rrelu rsqrt rsqrt_ rsub scalar_tensor "
    "scaled_dot_product_attention scatter scatter_ scatter_add scatter_add_ scatter_reduce searchsorted select "
    "select_scatter selu selu_ sgn sigmoid sigmoid_ sign signbit silu silu_ sin sin_ sinc sinh slice "
    "slice_scatter softmax softplus softshrink sort special_erf special_expit split split_copy split_with_sizes "
    "sqrt sqrt_ square square_ squeeze squeeze_ stack std std_mean sub sub_ subtract sum sum_to_size swapaxes "
    "swapdims t t_ take take_along_dim tan tan_ tanh tanh_ tensor_split tensordot threshold threshold_ tile to "
    "topk trace transpose transpose_ tril tril_ triu triu_ true_divide trunc trunc_ type_as unbind unflatten "
    "unfold unfold_copy unsafe_chunk unsafe_split unsafe_split_with_sizes unsqueeze unsqueeze_ upsample_bicubic2d "
    "upsample_bilinear2d upsample_linear1d upsample_nearest1d upsample_nearest2d upsample_trilinear3d var "
    "var_mean vdot view view_as view_as_complex view_as_real view_copy vsplit vstack where xlogy zero_ zeros "
    "zeros_like";

std::set<std::string_view> wordsOf(std::string_view text) {
    std::set<std::string_view> words;
    while (!text.empty()) {
        const auto end = std::min(text.size(), text.find(' '));
        words.insert(text.substr(0, end));
        text.remove_prefix(std::min(text.size(), end + 1));
    }
    return words;
}

}  // namespace

bool isComputingOperator(std::string_view op) {
    static const std::set<std::string_view> computing = wordsOf(kComputing);
    constexpr std::string_view kAten = "aten::";
    return op.starts_with(kAten) && computing.contains(op.substr(kAten.size()));
}

}  // namespace mantissa
