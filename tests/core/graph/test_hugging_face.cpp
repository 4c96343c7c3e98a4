#include <ATen/ops/ones.h>
#include <ATen/ops/zeros.h>
#include <gtest/gtest.h>

#include <fstream>
#include <functional>
#include <map>

#include "core/graph/model_folder.h"
#include "core/graph/observed_run.h"
#include "core/run/graph_writer.h"
#include "graph/builder.h"
#include "graph/hugging_face.h"
#include "run/tensor_view.h"
#include "storage/mapped_file.h"
#include "storage/safetensors_writer.h"
#include "storage/sha256.h"

namespace {

using namespace mantissa;
using namespace mantissa::test;
namespace fs = std::filesystem;
using Json = nlohmann::json;

const fs::path kData = MANTISSA_TEST_DATA;

at::Tensor logitsOf(const Model& model, const std::string& format = "fp32") {
    const std::int64_t height = model.architecture == "SimpleCNN" ? 16 : 64;
    return observe(model.graph, normal({2, 3, height, height}, 8), format).logits;
}

// What a folder may look like
// ---------------------------------------------------------------------------------------------

TEST(HuggingFaceFolder, IsReadWhole) {
    const auto folder = mobileVitFolder();
    const auto model = folder->open();
    ASSERT_TRUE(model) << model.error().text();
    EXPECT_EQ((*model)->kind, ModelKind::huggingFace);
    EXPECT_EQ((*model)->architecture, "MobileViTForImageClassification");
    EXPECT_EQ((*model)->name, folder->files.path().filename().string());
    EXPECT_EQ((*model)->labels, (std::vector<std::string>{"label 0", "label 1", "label 2", "label 3", "label 4"}));
    const auto file = MappedFile::open(folder->files.path() / "model.safetensors");
    EXPECT_EQ((*model)->sha256, sha256(file->bytes()));

    const Checkpoint weights = livelyWeights(tinyMobileVit());
    Model made;
    made.graph = *buildMobileVit(tinyMobileVit(), WeightSource::fromCheckpoint(weights));
    const at::Tensor logits = logitsOf(**model);
    EXPECT_TRUE(sameBits(logits, logitsOf(made)));
    EXPECT_GT(logits.select(0, 0).sub(logits.select(0, 1)).abs().max().item<float>(), 0.1F) << "depends on the picture";
}

TEST(HuggingFaceFolder, LivesOnInTheModelThatWasOpened) {
    ModelPtr model;
    at::Tensor before;
    {
        const auto folder = mobileVitFolder();
        model = *folder->open();
        before = logitsOf(*model);
    }
    EXPECT_TRUE(sameBits(logitsOf(*model), before));
}

TEST(HuggingFaceFolder, MayHoldItsWeightsInShards) {
    const auto folder = mobileVitFolder();
    const auto whole = folder->open();
    ASSERT_TRUE(whole) << whole.error().text();
    const at::Tensor logits = logitsOf(**whole);
    fs::remove(folder->files.path() / "model.safetensors");

    const auto all = folder->tensors;
    Json map;
    std::string bytes;
    for (const int part : {0, 1, 2}) {
        folder->tensors.clear();
        const std::string name = "model-0000" + std::to_string(part + 1) + "-of-00003.safetensors";
        for (std::size_t i = static_cast<std::size_t>(part); i < all.size(); i += 3) {
            folder->tensors.push_back(all[i]);
            map[all[i].name] = name;
        }
        folder->writeWeights(name);
        const auto file = MappedFile::open(folder->files.path() / name);
        bytes.append(reinterpret_cast<const char*>(file->bytes().data()), file->bytes().size());
    }
    folder->files.write("model.safetensors.index.json", Json{{"metadata", Json::object()}, {"weight_map", map}}.dump());
    auto model = openModel(folder->files.path());
    ASSERT_TRUE(model) << model.error().text();
    EXPECT_TRUE(sameBits(logitsOf(**model), logits));
    EXPECT_EQ((*model)->sha256, sha256(std::as_bytes(std::span(bytes)))) << "of the shards, one after the other";

    fs::remove(folder->files.path() / "model-00002-of-00003.safetensors");
    model = openModel(folder->files.path());
    ASSERT_FALSE(model);
    EXPECT_NE(model.error().text().find("model-00002-of-00003.safetensors: was not opened"), std::string::npos)
        << model.error().text();
}

class PytorchModelBin : public testing::TestWithParam<std::string> {};

TEST_P(PytorchModelBin, HoldsTheSameWeights) {
    const fs::path source = kData / "simplecnn";
    if (!fs::exists(source)) GTEST_SKIP() << "needs the reference data, " << source;
    const TemporaryFolder folder;
    folder.write("config.json", R"({"model_type": "simple_cnn"})");
    fs::copy_file(source / GetParam(), folder.path() / "pytorch_model.bin");
    const auto model = openModel(folder.path()), reference = openModel(source / "simplecnn.safetensors");
    ASSERT_TRUE(model) << model.error().text();
    ASSERT_TRUE(reference) << reference.error().text();
    EXPECT_EQ((*model)->kind, ModelKind::huggingFace);
    const at::Tensor x = normal({2, 3, 32, 32}, 1);
    EXPECT_TRUE(sameBits(observe((*model)->graph, x).logits, observe((*reference)->graph, x).logits));

    // Where both are there, safetensors is what transformers takes.
    auto zeroed = recordsOf((*reference)->graph);
    for (auto& tensor : zeroed) tensor = recordOf(tensor.name, at::zeros(tensor.shape));
    ASSERT_TRUE(writeSafetensors(folder.path() / "model.safetensors", zeroed));
    EXPECT_EQ(observe((*openModel(folder.path()))->graph, x).logits.abs().max().item<float>(), 0);
}

INSTANTIATE_TEST_SUITE_P(Forms, PytorchModelBin,
                         testing::Values("simplecnn_state_dict.pth", "simplecnn_state_dict_legacy.pth",
                                         "simplecnn_checkpoint.pth"),
                         [](const auto& p) { return fs::path(p.param).stem().string(); });

class NarrowWeights : public testing::TestWithParam<std::tuple<std::string, at::ScalarType>> {};

TEST_P(NarrowWeights, LoadAsTheyAreAndRunInFp32AsTheirValues) {
    const auto& [name, dtype] = GetParam();
    const auto folder = mobileVitFolder();
    const auto wide = mobileVitFolder();
    for (auto& record : folder->tensors)
        if (record.dtype == DType::f32) record = recordOf(record.name, tensorView(record)->to(dtype));
    for (auto& record : wide->tensors)
        if (record.dtype == DType::f32) record = recordOf(record.name, tensorView(record)->to(dtype).to(at::kFloat));
    const auto model = folder->open(), reference = wide->open();
    ASSERT_TRUE(model) << model.error().text();
    ASSERT_TRUE(reference) << reference.error().text();
    for (const auto& weight : (*model)->graph.weights)
        EXPECT_EQ(elementBytes(weight.tensor.dtype), weight.tensor.name.ends_with("tracked") ? 8U : 2U)
            << weight.tensor.name;
    const at::Tensor logits = logitsOf(**model);
    EXPECT_EQ(logits.scalar_type(), at::kFloat);
    EXPECT_TRUE(sameBits(logits, logitsOf(**reference)));
    EXPECT_TRUE(sameBits(logitsOf(**model, name), logitsOf(**reference, name)));
    EXPECT_EQ((*model)->bytesIn(format("fp32")), (*reference)->bytesIn(format("fp32")));
    EXPECT_EQ((*model)->parameterCount(), (*reference)->parameterCount());
}

INSTANTIATE_TEST_SUITE_P(Types, NarrowWeights,
                         testing::Values(std::tuple{"bf16", at::kBFloat16}, std::tuple{"fp16", at::kHalf}),
                         [](const auto& p) { return std::get<0>(p.param); });

TEST(HuggingFaceFolder, LabelsGoByNumberNeverByName) {
    const auto folder = mobileVitFolder();
    folder->config["id2label"] = {{"4", "last"}, {"0", "crane"}, {"3", "crane"}, {"1", "one"}, {"2", ""}};
    folder->config["label2id"] = {{"crane", 3}, {"one", 1}, {"last", 4}};
    const auto model = folder->open();
    ASSERT_TRUE(model) << model.error().text();
    EXPECT_EQ((*model)->labels, (std::vector<std::string>{"crane", "one", "", "crane", "last"}));
    EXPECT_EQ((*model)->label(2), "class 2");
}

TEST(HuggingFaceFolder, WithoutLabelsCountsClassesByNumLabelsOrByTheWeights) {
    const auto folder = mobileVitFolder();
    folder->config["id2label"] = nullptr;
    auto model = folder->open();
    ASSERT_TRUE(model) << model.error().text();
    EXPECT_TRUE((*model)->labels.empty());
    EXPECT_EQ(logitsOf(**model).size(1), 5);
    folder->config["num_labels"] = 5;
    EXPECT_TRUE(folder->open());
    folder->config["num_labels"] = 6;
    model = folder->open();
    ASSERT_FALSE(model);
    EXPECT_NE(
        model.error().text().find("the number of classes is 6, and classifier.weight in the weights tells 5 apart"),
        std::string::npos)
        << model.error().text();
}

TEST(HuggingFaceFolder, OfAnotherActivationStrideOrPatchIsBuiltAsItSays) {
    const auto folder = mobileVitFolder();
    const at::Tensor usual = logitsOf(**folder->open());
    for (const auto& [field, value] : std::map<std::string, Json>{{"hidden_act", "gelu"},
                                                                  {"output_stride", 16},
                                                                  {"patch_size", 1},
                                                                  {"num_attention_heads", 2},
                                                                  {"layer_norm_eps", 0.1}}) {
        const Json before = folder->config[field];
        folder->config[field] = value;
        const auto model = folder->open();
        ASSERT_TRUE(model) << model.error().text();
        EXPECT_FALSE(sameBits(logitsOf(**model), usual)) << field;
        folder->config[field] = before;
    }
    for (const char* field : {"hidden_act", "output_stride", "patch_size", "num_attention_heads", "layer_norm_eps",
                              "mlp_ratio", "qkv_bias", "conv_kernel_size", "architectures"})
        folder->config.erase(field);
    EXPECT_TRUE(sameBits(logitsOf(**folder->open()), usual)) << "what is left out takes the defaults";
}

TEST(HuggingFaceFolder, SaysOrGuessesHowAPictureIsPrepared) {
    const auto folder = mobileVitFolder();
    const auto preparation = [&folder] { return (*folder->open())->preprocessing; };
    EXPECT_FALSE(preparation().fromFile);
    EXPECT_EQ(preparation().resize, ResizeRule::shortestEdge);
    EXPECT_EQ(preparation().resizeHeight, 288);
    EXPECT_EQ(preparation().inputHeight(), 256);
    EXPECT_TRUE(preparation().flipChannels);
    EXPECT_FALSE(preparation().normalize);
    folder->config["image_size"] = 64;
    EXPECT_EQ(preparation().resizeHeight, 72);
    EXPECT_EQ(preparation().inputWidth(), 64);
    folder->config["image_size"] = {64, 96};
    EXPECT_EQ(preparation().inputHeight(), 64);
    EXPECT_EQ(preparation().inputWidth(), 96);
    EXPECT_GE(preparation().resizeHeight, 96) << "the crop fits into what is resized";
    folder->files.write("preprocessor_config.json",
                        R"({"size": {"shortest_edge": 40}, "do_center_crop": true, "crop_size": 32,
        "image_processor_type": "MobileViTImageProcessor"})");
    EXPECT_TRUE(preparation().fromFile);
    EXPECT_EQ(preparation().resizeHeight, 40);
    EXPECT_EQ(preparation().inputHeight(), 32);
}

TEST(HuggingFaceFolder, InTheCacheIsCalledAsItsRepository) {
    const auto folder = mobileVitFolder();
    ASSERT_TRUE(folder->open());
    const TemporaryFolder cache;
    const fs::path snapshots = cache.path() / "models--apple--mobilevit-small" / "snapshots";
    fs::create_directories(snapshots);
    fs::copy(folder->files.path(), snapshots / "0123abcd");
    EXPECT_EQ((*openModel(snapshots / "0123abcd"))->name, "mobilevit-small");
    EXPECT_EQ((*openModel(snapshots / "0123abcd" / "."))->name, "mobilevit-small");
    EXPECT_EQ((*openModel(snapshots / "0123abcd" / "config.json"))->name, "mobilevit-small");
}

// SimpleCNN
// ---------------------------------------------------------------------------------------------------------------

TEST(SimpleCnnFolder, TakesItsInputSizeFromConfigOrPreprocessor) {
    const auto folder = simpleCnnFolder();
    auto model = folder->open();
    ASSERT_TRUE(model) << model.error().text();
    EXPECT_EQ((*model)->architecture, "SimpleCNN");
    EXPECT_EQ((*model)->preprocessing.inputHeight(), 16);
    folder->config["image_size"] = 18;  // two more pixels are dropped by pooling
    EXPECT_EQ((*folder->open())->preprocessing.inputHeight(), 18);
    folder->config["image_size"] = {{"height", 8}, {"width", 32}};
    model = folder->open();
    ASSERT_TRUE(model) << model.error().text();
    EXPECT_EQ((*model)->preprocessing.inputWidth(), 32);
    folder->config.erase("image_size");
    folder->files.write("preprocessor_config.json", R"({"size": {"height": 19, "width": 17}})");
    model = folder->open();
    ASSERT_TRUE(model) << model.error().text();
    EXPECT_TRUE((*model)->preprocessing.fromFile);
    EXPECT_EQ((*model)->preprocessing.inputHeight(), 19);
    folder->config["image_size"] = 16;
    model = folder->open();
    ASSERT_FALSE(model);
    EXPECT_EQ(model.error().text(),
              (folder->files.path() / "config.json").string() +
                  ": says that pictures have 16 × 16 px, and preprocessor_config.json makes them 19 × 17");
}

// What is wrong with a folder
// ----------------------------------------------------------------------------------------------

struct Spoilt {
    std::string name;
    std::function<void(ModelFolder&)> spoil;
    std::string says;  ///< after the folder's path; the end may be left out
};

std::string field(const char* name, const Json& value) {
    const auto folder = mobileVitFolder();
    folder->config[name] = value;
    const auto model = folder->open();
    return model ? "opened" : model.error().text().substr(folder->files.path().string().size() + 1);
}

class SpoiltFolder : public testing::TestWithParam<Spoilt> {};

TEST_P(SpoiltFolder, SaysWhatIsWrongInOneLine) {
    const auto folder = mobileVitFolder();
    ASSERT_TRUE(folder->open()) << "sound before it is spoilt";
    GetParam().spoil(*folder);
    const auto model = openModel(folder->files.path());
    ASSERT_FALSE(model);
    const std::string text = model.error().text();
    EXPECT_EQ(text.find(folder->files.path().string() + GetParam().says), 0U) << text;
    EXPECT_EQ(text.find('\n'), std::string::npos) << text;
    EXPECT_LT(text.size(), 600U) << text;
}

void reopen(ModelFolder& folder) {
    folder.writeConfig();
    folder.writeWeights();
}

INSTANTIATE_TEST_SUITE_P(
    Files, SpoiltFolder,
    testing::Values(
        Spoilt{"noConfig", [](auto& f) { fs::remove(f.files.path() / "config.json"); },
               ": is a folder without config.json; open a Hugging Face folder or a model file"},
        Spoilt{"configIsAFolder",
               [](auto& f) {
                   fs::remove(f.files.path() / "config.json");
                   fs::create_directory(f.files.path() / "config.json");
               },
               "/config.json: is a folder, not a file"},
        Spoilt{"configIsEmpty", [](auto& f) { f.files.write("config.json", ""); },
               "/config.json: is not valid JSON at byte 1"},
        Spoilt{"configIsCutShort", [](auto& f) { f.files.write("config.json", f.config.dump().substr(0, 40)); },
               "/config.json: is not valid JSON at byte 41"},
        Spoilt{"configIsAList", [](auto& f) { f.files.write("config.json", "[]"); }, "/config.json: is no JSON object"},
        Spoilt{"configNestsDeep",
               [](auto& f) {
                   f.files.write("config.json",
                                 "{\"a\":" + std::string(100'000, '[') + std::string(100'000, ']') + "}");
               },
               "/config.json: nests deeper"},
        Spoilt{"configIsNoUtf8", [](auto& f) { f.files.write("config.json", "{\"model_type\": \"\xff\"}"); },
               "/config.json: is not valid JSON"},
        Spoilt{"noWeights", [](auto& f) { fs::remove(f.files.path() / "model.safetensors"); },
               ": holds no weights: no model.safetensors, model.safetensors.index.json or pytorch_model.bin"},
        Spoilt{"weightsCutShort",
               [](auto& f) {
                   fs::resize_file(f.files.path() / "model.safetensors",
                                   fs::file_size(f.files.path() / "model.safetensors") - 1);
               },
               "/model.safetensors: tensor "},
        Spoilt{"weightsAreALfsPointer",
               [](auto& f) {
                   f.files.write("model.safetensors",
                                 "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 5\n");
               },
               "/model.safetensors: is a note by Git LFS in place of the file itself"},
        Spoilt{"weightsLinkToNothing",
               [](auto& f) {
                   fs::remove(f.files.path() / "model.safetensors");
                   fs::create_symlink("nowhere", f.files.path() / "model.safetensors");
               },
               ": holds no weights"},
        Spoilt{"preprocessorIsBroken", [](auto& f) { f.files.write("preprocessor_config.json", "{"); },
               "/preprocessor_config.json: is not valid JSON"},
        Spoilt{"indexLeavesTheFolder",
               [](auto& f) {
                   fs::remove(f.files.path() / "model.safetensors");
                   f.files.write("model.safetensors.index.json", R"({"weight_map": {"a": "../../etc/passwd"}})");
               },
               "/model.safetensors.index.json: names the shard"}),
    [](const auto& p) { return p.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Tensors, SpoiltFolder,
    testing::Values(
        Spoilt{"missing",
               [](auto& f) {
                   f.drop("classifier.bias");
                   reopen(f);
               },
               "/model.safetensors: lacks 1 tensor that the architecture needs: classifier.bias [5]"},
        Spoilt{"unexpected",
               [](auto& f) {
                   f.tensors.push_back(floats("segmentation_head.weight", {2}));
                   reopen(f);
               },
               "/model.safetensors: holds 1 tensor that the architecture has no place for: segmentation_head.weight"},
        Spoilt{"anotherShape",
               [](auto& f) {
                   f.tensor("mobilevit.conv_stem.convolution.weight") =
                       floats("mobilevit.conv_stem.convolution.weight", {8, 3, 5, 5});
                   reopen(f);
               },
               "/model.safetensors: tensor mobilevit.conv_stem.convolution.weight: has shape [8, 3, 5, 5], and the "
               "architecture needs [8, 3, 3, 3]"},
        Spoilt{
            "integers",
            [](auto& f) {
                f.tensor("classifier.weight") = recordOf("classifier.weight", at::ones({5, 28}, at::kLong));
                reopen(f);
            },
            "/model.safetensors: tensor classifier.weight: holds I64 values, and the architecture needs floating ones"},
        Spoilt{"otherClasses",
               [](auto& f) {
                   f.tensor("classifier.weight") = floats("classifier.weight", {7, 28});
                   reopen(f);
               },
               "/config.json: the number of classes is 5, and classifier.weight in the weights tells 7 apart"},
        Spoilt{"otherWidths",
               [](auto& f) {
                   f.config["hidden_sizes"] = {16, 24, 36};
                   reopen(f);
               },
               "/model.safetensors: tensor mobilevit.encoder.layer.4.conv_1x1.convolution.weight: has shape [32, 24, "
               "1, 1], and the architecture needs [36, 24, 1, 1]"}),
    [](const auto& p) { return p.param.name; });

struct Field {
    const char* name;
    Json value;
    std::string says;
};

TEST(HuggingFaceFolder, FieldsOfAnotherTypeOrSizeAreNamed) {
    const std::string three = " is no list of 3 whole numbers", whole = " is no whole number";
    const std::vector<Field> fields{
        {"model_type", 3, "model_type is no text"},
        {"model_type", nullptr, "has no model_type, so the architecture is not known"},
        {"model_type", "vit", "the architecture MobileViTForImageClassification is not one that Mantissa builds"},
        {"architectures", "MobileViT", "architectures is no list of names"},
        {"architectures", {1}, "architectures is no list of names"},
        {"architectures",
         {"MobileViTForSemanticSegmentation"},
         "the architecture MobileViTForSemanticSegmentation is not one that Mantissa builds"},
        {"hidden_sizes", "16", "hidden_sizes" + three},
        {"hidden_sizes", {16, 24}, "hidden_sizes" + three},
        {"hidden_sizes", {16.5, 24, 32}, "hidden_sizes" + three},
        {"hidden_sizes", {16, 24, "32"}, "hidden_sizes" + three},
        {"hidden_sizes", {18'446'744'073'709'551'615U, 24, 32}, "hidden_sizes" + three},
        {"hidden_sizes", {9'000'000'000'000'000'000, 24, 32}, "hidden_sizes must lie between 1 and 65536"},
        {"neck_hidden_sizes", {1, 2, 3}, "neck_hidden_sizes is no list of 7 whole numbers"},
        {"num_attention_heads", 4.0, "num_attention_heads" + whole},
        {"num_attention_heads", true, "num_attention_heads" + whole},
        {"patch_size", {2, 2}, "patch_size" + whole},
        {"mlp_ratio", "2", "mlp_ratio is no number"},
        {"hidden_act", 1, "hidden_act is no text"},
        {"hidden_act", "softsign", "hidden_act “softsign” is not one that Mantissa builds (elu, gelu, "},
        {"qkv_bias", 1, "qkv_bias is not true or false"},
        {"output_stride", 7, "output_stride must be 32, 16 or 8"},
        {"image_size", 0, "image_size is no size between 1 and 16384 px, nor a pair of them"},
        {"image_size", {1, 2, 3}, "image_size is no size between 1 and 16384 px, nor a pair of them"},
        {"image_size", 1'000'000'000, "image_size is no size between 1 and 16384 px, nor a pair of them"},
        {"id2label", {"a", "b"}, "id2label does not map the numbers from 0 on to words"},
        {"id2label", {{"0", "a"}, {"2", "b"}}, "id2label does not map the numbers from 0 on to words"},
        {"id2label", {{"0", "a"}, {"01", "b"}}, "id2label does not map the numbers from 0 on to words"},
        {"id2label", {{"0", "a"}, {"-1", "b"}}, "id2label does not map the numbers from 0 on to words"},
        {"id2label", {{"0", 7}}, "id2label does not map the numbers from 0 on to words"},
        {"id2label", {{"99999999999999999999", "a"}}, "id2label does not map the numbers from 0 on to words"},
        {"id2label", {{"0", "a"}}, "the number of classes is 1, and classifier.weight in the weights tells 5 apart"},
    };
    for (const auto& [name, value, says] : fields)
        EXPECT_EQ(field(name, value).substr(0, says.size() + 13), "config.json: " + says) << name << " " << value;
}

}  // namespace
