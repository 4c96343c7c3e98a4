#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstring>
#include <filesystem>

#include "core/graph/model_folder.h"
#include "core/graph/observed_run.h"
#include "core/run/graph_writer.h"
#include "graph/model.h"
#include "storage/safetensors_writer.h"

namespace {

using namespace mantissa;
using namespace mantissa::test;
namespace fs = std::filesystem;
using namespace std::string_literals;

const fs::path kData = MANTISSA_TEST_DATA;

std::string refusal(const fs::path& path) {
    const auto model = openModel(path);
    if (model) return "opened";
    EXPECT_EQ(model.error().text().find('\n'), std::string::npos) << model.error().text();
    EXPECT_EQ(model.error().text().find(path.string() + ": "), 0U) << model.error().text();
    return model.error().text().substr(path.string().size() + 2);
}

/// Expects `path` to be refused with words that contain `says`.
void expectRefused(const fs::path& path, const std::string& says) {
    const std::string text = refusal(path);
    EXPECT_NE(text.find(says), std::string::npos) << path << ": " << text;
}

/// A zip archive with one stored, empty entry (PKWARE APPNOTE 4.3).
std::string zipWith(const std::string& name) {
    const auto number = [](std::uint32_t value, int bytes) {
        std::string text;
        for (int i = 0; i < bytes; ++i) text += static_cast<char>(value >> 8 * i & 0xFF);
        return text;
    };
    const std::string common = number(0, 2) + number(0, 2) + number(0, 4) + number(0, 4) + number(0, 4) + number(0, 4) +
                               number(static_cast<std::uint32_t>(name.size()), 2) + number(0, 2);
    const std::string local = "PK\x03\x04" + number(20, 2) + common + name;
    const std::string central = "PK\x01\x02" + number(20, 2) + number(20, 2) + common + number(0, 2) + number(0, 2) +
                                number(0, 2) + number(0, 4) + number(0, 4) + name;
    return local + central + "PK\x05\x06" + number(0, 4) + number(1, 2) + number(1, 2) +
           number(static_cast<std::uint32_t>(central.size()), 4) + number(static_cast<std::uint32_t>(local.size()), 4) +
           number(0, 2);
}

// What opens
// --------------------------------------------------------------------------------------------------------------

class SimpleCnnFile : public testing::TestWithParam<std::pair<std::string, ModelKind>> {};

TEST_P(SimpleCnnFile, OpensAndGivesTheBitsOfTheOthers) {
    const auto& [name, kind] = GetParam();
    const fs::path folder = kData / "simplecnn";
    if (!fs::exists(folder)) GTEST_SKIP() << "needs the reference data, " << folder;
    const auto model = openModel(folder / name), reference = openModel(folder / "simplecnn_traced.pt");
    ASSERT_TRUE(model) << model.error().text();
    ASSERT_TRUE(reference) << reference.error().text();
    EXPECT_EQ((*model)->kind, kind);
    EXPECT_EQ((*model)->architecture, "SimpleCNN");
    EXPECT_EQ((*model)->name, name);
    EXPECT_EQ((*model)->path, folder / name);
    EXPECT_EQ((*model)->parameterCount(), 25'578);
    EXPECT_EQ((*model)->bufferCount(), 0);
    EXPECT_EQ((*model)->preprocessing.inputHeight(), 32);
    EXPECT_FALSE((*model)->preprocessing.fromFile);
    EXPECT_EQ((*model)->sha256.size(), 64U);
    const at::Tensor x = normal({4, 3, 32, 32}, 1);
    for (const char* format : {"fp32", "bf16", "fp16"}) {
        const at::Tensor logits = observe((*model)->graph, x, format).logits;
        EXPECT_GT(logits.to(at::kFloat).abs().max().item<float>(), 0.1F);
        EXPECT_TRUE(sameBits(logits, observe((*reference)->graph, x, format).logits)) << format;
    }
}

INSTANTIATE_TEST_SUITE_P(Forms, SimpleCnnFile,
                         testing::Values(std::pair{"simplecnn.safetensors", ModelKind::bareWeights},
                                         std::pair{"simplecnn_state_dict.pth", ModelKind::bareWeights},
                                         std::pair{"simplecnn_state_dict_legacy.pth", ModelKind::bareWeights},
                                         std::pair{"simplecnn_checkpoint.pth", ModelKind::bareWeights},
                                         std::pair{"simplecnn_scripted.pt", ModelKind::torchScript},
                                         std::pair{"simplecnn_dynamic_batch.pt2", ModelKind::exportedProgram}),
                         [](const auto& p) { return fs::path(p.param.first).stem().string(); });

TEST(OpenModel, TellsFilesApartByContentNotByName) {
    const fs::path source = kData / "simplecnn";
    if (!fs::exists(source)) GTEST_SKIP() << "needs the reference data, " << source;
    const TemporaryFolder folder;
    for (const auto& [from, to, kind] : {std::tuple{"simplecnn_traced.pt", "a.safetensors", ModelKind::torchScript},
                                         {"simplecnn.safetensors", "b.pt", ModelKind::bareWeights},
                                         {"simplecnn_state_dict_legacy.pth", "c.onnx", ModelKind::bareWeights},
                                         {"simplecnn_state_dict.pth", "d", ModelKind::bareWeights}}) {
        fs::copy_file(source / from, folder.path() / to);
        const auto model = openModel(folder.path() / to);
        ASSERT_TRUE(model) << model.error().text();
        EXPECT_EQ((*model)->kind, kind) << to;
    }
}

TEST(OpenModel, TakesAFolderByItsConfigToo) {
    const auto folder = mobileVitFolder();
    ASSERT_TRUE(folder->open());
    const auto model = openModel(folder->files.path() / "config.json");
    ASSERT_TRUE(model) << model.error().text();
    EXPECT_EQ((*model)->kind, ModelKind::huggingFace);
    EXPECT_EQ((*model)->path, folder->files.path());
}

TEST(OpenModel, TakesWeightsInAFolderWithTheirConfigAsThatFolder) {
    const auto folder = simpleCnnFolder();
    const auto whole = folder->open();
    ASSERT_TRUE(whole) << whole.error().text();
    const auto weights = openModel(folder->files.path() / "model.safetensors");
    ASSERT_TRUE(weights) << weights.error().text();
    EXPECT_EQ((*weights)->kind, ModelKind::huggingFace);
    EXPECT_EQ((*weights)->preprocessing, (*whole)->preprocessing);
    EXPECT_EQ((*weights)->labels, (*whole)->labels);
    ASSERT_EQ((*weights)->notes.size(), 1U);
    EXPECT_NE((*weights)->notes[0].find("config.json"), std::string::npos);
    // Weights that are not the folder's own stand alone, and so do those of a configuration that says nothing.
    folder->writeWeights("other.safetensors");
    EXPECT_EQ(openModel(folder->files.path() / "other.safetensors").value()->kind, ModelKind::bareWeights);
    folder->files.write("config.json", "{}");
    EXPECT_EQ(openModel(folder->files.path() / "model.safetensors").value()->kind, ModelKind::bareWeights);
}

TEST(OpenModel, TakesASafetensorsHeaderOf123BytesForWhatItIs) {
    // The file begins with “{”, as JSON does: 123 is its code.
    std::string header = R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})";
    header.resize(123, ' ');
    const TemporaryFolder folder;
    expectRefused(folder.write("w.safetensors", "{\0\0\0\0\0\0\0"s + header + "\0\0\0\0"s),
                  "holds weights alone (tensors: 1)");
}

// What does not
// -----------------------------------------------------------------------------------------------------------

TEST(OpenModel, SendsWeightsItDoesNotRecogniseToInspect) {
    const TemporaryFolder folder;
    const std::vector<TensorRecord> tensors{floats("layer.weight", {2, 3}), floats("layer.bias", {2})};
    ASSERT_TRUE(writeSafetensors(folder.path() / "model.safetensors", tensors));
    expectRefused(
        folder.path() / "model.safetensors",
        "holds weights alone (tensors: 2), of an architecture that Mantissa does not recognise, so they can be "
        "inspected but not run. Open a folder that has their config.json too, or the model exported from "
        "PyTorch; mantissa inspect shows the tensors");
    folder.write("config.json", "{}");
    expectRefused(folder.path() / "model.safetensors", "Open the folder that it stands in, which has a config.json");
}

TEST(OpenModel, SaysWhatAFileIsThatIsNoModel) {
    const TemporaryFolder folder;
    expectRefused(folder.write("empty", ""), "is empty");
    expectRefused(folder.write("notes.txt", "nothing of use in here"),
                  "is no model that Mantissa knows. Mantissa opens ");
    expectRefused(folder.write("picture", "\x89PNG\r\n\x1a\n\0\0\0\rIHDR"s), "is a PNG picture, not a model");
    expectRefused(folder.write("pointer", "version https://git-lfs.github.com/spec/v1\n"), "is a note by Git LFS");
    expectRefused(folder.write("a.onnx",
                               "\x08\x07\x12\x07pytorch\x1a\x05"
                               "1.0.0:"s),
                  "is damaged or cut short");
    expectRefused(folder.write("a.json", "{\"a\": 1}"), "is a JSON file, but neither the configuration of a model nor");
    expectRefused(folder.write("broken.json", "{\"a\": "), "is not valid JSON");
    expectRefused(folder.write("small.json", R"({"model_type": "mobilevit"})"),
                  "is the configuration of a model, not a model");
    expectRefused(folder.write("index.json", R"({"weight_map": 3})"), "is no index of a sharded checkpoint");
    expectRefused(folder.write("a.zip", zipWith("readme.txt")), "is a zip archive without a PyTorch model in it");
    expectRefused(folder.write("export.pt2", zipWith("model/models/model.json")), "is not valid JSON");
    expectRefused(folder.write("cut.zip", zipWith("archive/data.pkl").substr(0, 40)), "");
    expectRefused(folder.write("cut.pth", "\x80\x02\x8a\x0al\xfc\x9c"s), "");
    expectRefused(folder.path(), "is a folder without config.json");
}

TEST(OpenModel, NeitherWaitsNorThrowsForWhatIsNoFile) {
    const TemporaryFolder folder;
    ASSERT_EQ(mkfifo((folder.path() / "pipe").c_str(), 0600), 0);
    expectRefused(folder.path() / "pipe", "is not a regular file");
    expectRefused(folder.path() / "nothing", "was not opened: ");
    fs::create_symlink("loop", folder.path() / "loop");
    expectRefused(folder.path() / "loop", "was not opened: ");
    expectRefused(folder.path() / "loop" / "config.json", "was not opened: ");
    expectRefused(folder.path() / std::string(300, 'x'), "was not opened: ");
    expectRefused("/dev/zero", "is not a regular file");
    EXPECT_FALSE(openModel(""));
    // A folder whose files are links to themselves.
    fs::create_directory(folder.path() / "model");
    fs::create_symlink("config.json", folder.path() / "model" / "config.json");
    expectRefused(folder.path() / "model", "is a folder without config.json");
}

TEST(OpenModel, RefusesEveryMalformedSafetensorsInOneLine) {
    const fs::path folder = kData / "safetensors-bad";
    if (!fs::exists(folder)) GTEST_SKIP() << "needs the reference data, " << folder;
    std::size_t refused = 0;
    for (const auto& entry : fs::directory_iterator(folder)) {
        if (entry.path().extension() != ".safetensors") continue;
        EXPECT_NE(refusal(entry.path()), "opened");
        ++refused;
    }
    EXPECT_EQ(refused, 48U);
}

TEST(OpenModel, RefusesEveryPrefixOfASoundFileInOneLine) {
    const auto folder = simpleCnnFolder();
    folder->writeWeights();
    ASSERT_TRUE(openModel(folder->files.path() / "model.safetensors"));
    const auto size = fs::file_size(folder->files.path() / "model.safetensors");
    for (std::uintmax_t length = size; length-- > 0;) {
        if (length > 800 && length % 97 != 0) continue;  // every byte of the header, some of the values
        fs::resize_file(folder->files.path() / "model.safetensors", length);
        EXPECT_NE(refusal(folder->files.path() / "model.safetensors"), "opened") << length;
    }
}

}  // namespace
