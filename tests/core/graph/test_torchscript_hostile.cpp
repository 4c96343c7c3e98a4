#include <ATen/core/Tensor.h>
#include <gtest/gtest.h>
#include <torch/csrc/jit/api/module.h>

#include <algorithm>
#include <filesystem>
#include <functional>

#include "core/graph/observed_run.h"
#include "core/run/graph_writer.h"
#include "core/zip_writer.h"
#include "graph/model.h"
#include "temporary_folder.h"

// TorchScript files that Mantissa does not run, damaged ones, and ones that mean harm.

namespace {

using namespace mantissa;
using namespace mantissa::test;
namespace fs = std::filesystem;

class HostileScript : public testing::Test {
  protected:
    fs::path path() const { return folder_.path() / "model.pt"; }
    fs::path target() const { return folder_.path() / "created"; }

    void save(const std::string& source) const {
        torch::jit::Module module("__torch__.Scripted");
        module.register_attribute("training", c10::BoolType::get(), true);
        module.register_parameter("weight", normal({4, 3, 3, 3}, 1), false);
        module.define(source);
        module.eval();
        module.save(path().string());
    }

    /// What opening says, in one line that begins with the file; "opened" where it opens.
    std::string refusal() const {
        const auto model = openModel(path());
        if (model) return "opened";
        const std::string text = model.error().text();
        EXPECT_EQ(text.find('\n'), std::string::npos) << text;
        EXPECT_EQ(text.find(path().string()), 0U) << text;
        return text;
    }
    void expectRefused(const std::string& says) const {
        const std::string text = refusal();
        EXPECT_NE(text.find(says), std::string::npos) << says << "\n" << text;
        EXPECT_FALSE(fs::exists(target()));
    }

    /// The file again, with one record's text changed.
    void rewrite(const std::string& record, const std::function<void(std::string&)>& change) const {
        auto entries = entriesOf(path());
        bool found = false;
        for (auto& entry : entries)
            if (entry.name.ends_with(record)) {
                change(entry.bytes);
                found = true;
            }
        ASSERT_TRUE(found) << record;
        folder_.write("model.pt", zipOf(entries));
    }

    TemporaryFolder folder_;
};

const std::string kConvolution = "def forward(self, x: Tensor) -> Tensor:\n    y = torch.conv2d(x, self.weight)\n";

TEST_F(HostileScript, OperatorsThatReachBeyondTensorsAreRefusedAndNothingIsWritten) {
    const std::string file = "'" + target().string() + "'";
    save(kConvolution + "    torch.save(y, " + file + ")\n    return y.mean([2, 3])\n");
    expectRefused("aten::save");
    save(kConvolution + "    y = y + torch.from_file(" + file + ", True, 4)[0]\n    return y.mean([2, 3])\n");
    expectRefused("aten::from_file");
}

TEST_F(HostileScript, NeitherInABranchNotTakenNorInAProgramThatRunsAsAWhole) {
    const std::string save_ = "        torch.save(y, '" + target().string() + "')\n";
    const std::string result = "    return y.mean([2, 3])\n";
    save(kConvolution + "    if bool(y.sum() > 1e9):\n" + save_ + result);
    expectRefused("aten::save");
    // A branch that raises is passed over as a check of the input; it must not run either.
    save(kConvolution + "    if bool(y.sum() < 1e9):\n" + save_ + "        assert False, 'no'\n" + result);
    (void)refusal();
    EXPECT_FALSE(fs::exists(target()));
    // On the way to a condition on a shape, which runs on an example.
    save(kConvolution + "    torch.save(y, '" + target().string() + "')\n    if x.size(2) > 7:\n        y = y * 2\n" +
         result);
    expectRefused("aten::save");
}

TEST_F(HostileScript, CodeThatWouldRunWhileTheFileIsOpenedIsRefused) {
    save(kConvolution +
         "    return y.mean([2, 3])\n"
         "def __getstate__(self) -> Tuple[Tensor, bool]:\n    return (self.weight, self.training)\n"
         "def __setstate__(self, state: Tuple[Tensor, bool]) -> None:\n    torch.save(state[0], '" +
         target().string() + "')\n    self.weight = state[0]\n    self.training = state[1]\n");
    expectRefused("(__setstate__)");
}

TEST_F(HostileScript, WhatTheModelDoesNotSayOfItsInputIsNamed) {
    save(
        "def forward(self, x: Tensor, mask: Tensor) -> Tensor:\n    return torch.conv2d(x, self.weight).mean([2, 3]) + "
        "mask\n");
    expectRefused("takes 2 inputs");
    save("def forward(self, x: Tensor) -> int:\n    return x.size(1)\n");
    expectRefused("returns no tensor");
    save("def forward(self, x: Tensor) -> Tensor:\n    return torch.conv2d(x[:, :2], self.weight).mean([2, 3])\n");
    expectRefused("runs on no picture of a usual size");
    save("def forward(self, x: Tensor) -> Tensor:\n    assert False, 'not today'\n    return x\n");
    expectRefused("error of its own");
}

TEST_F(HostileScript, AProgramWithoutAnEndIsGivenUp) {
    save(kConvolution +
         "    n = 0\n    total = y.sum()\n    while bool(total < 1e30):\n        n += 1\n    return y.mean([2, 3])\n");
    expectRefused("does not come to an end");
}

TEST_F(HostileScript, ListsThatDoubleWithoutEndAreStopped) {
    for (const std::string doubling : {"parts.extend(parts)", "parts = parts + parts"}) {
        save(kConvolution + "    parts = [y]\n    while bool(y.sum() < 1e30):\n        " + doubling +
             "\n    return parts[0].mean([2, 3])\n");
        expectRefused("more than a million elements");
    }
    save(kConvolution +
         "    n = int(y.numel()) + int(y.sum() > 1e30)\n    parts = [1] * (n * 100000)\n    return y.mean([2, 3]) + "
         "len(parts)\n");
    expectRefused("more than a million elements");
}

TEST_F(HostileScript, TextThatNestsWithoutEndIsRefusedBeforeItIsParsed) {
    save(kConvolution + "    return y.mean([2, 3])\n");
    ASSERT_EQ(refusal(), "opened");
    const auto spoilt = [this](const std::string& expression) {
        save(kConvolution + "    return y.mean([2, 3])\n");
        rewrite("code/__torch__.py", [&](std::string& code) {
            const auto at = code.find("return");
            ASSERT_NE(at, std::string::npos);
            code.insert(at, "n = " + expression + "\n    ");
        });
        return refusal();
    };
    const auto repeated = [](const std::string& text, int times) {
        std::string all;
        for (int i = 0; i < times; ++i) all += text;
        return all;
    };
    for (const std::string& expression :
         {repeated("(", 200'000) + "1" + repeated(")", 200'000), repeated("-", 200'000) + "1",
          repeated("not ", 200'000) + "True", repeated("1 + ", 200'000) + "1", "1" + repeated(".a", 200'000)})
        EXPECT_NE(spoilt(expression).find("nests deeper than any program"), std::string::npos)
            << expression.substr(0, 8);
}

TEST_F(HostileScript, ObjectsOfOtherClassesAreRefused) {
    save(kConvolution + "    return y.mean([2, 3])\n");
    rewrite("data.pkl",
            [](std::string& pickle) { pickle += "__torch__.torch.classes.quantized.Conv2dPackedParamsBase"; });
    expectRefused("C++ class");
}

// Damage
// -----------------------------------------------------------------------------------------------------------

TEST_F(HostileScript, EveryPrefixIsRefused) {
    save(kConvolution + "    return y.mean([2, 3])\n");
    const auto size = fs::file_size(path());
    for (std::uintmax_t length = size; length-- > 0;) {
        if (length > 300 && size - length > 1200 && length % 61 != 0) continue;
        fs::resize_file(path(), length);
        EXPECT_NE(refusal(), "opened") << length;
    }
}

TEST_F(HostileScript, AFlippedBitIsFoundOrChangesNothing) {
    save(kConvolution + "    return y.mean([2, 3])\n");
    const at::Tensor x = normal({1, 3, 224, 224}, 5);
    const at::Tensor expected = observe(openModel(path()).value()->graph, x).logits;
    const std::string bytes = [this] {
        std::ifstream in(path(), std::ios::binary);
        return std::string(std::istreambuf_iterator<char>(in), {});
    }();
    std::size_t refused = 0, tried = 0;
    for (std::size_t at = 0; at < bytes.size(); at += 13) {
        std::string changed = bytes;
        changed[at] = static_cast<char>(changed[at] ^ (1 << at % 8));
        folder_.write("model.pt", changed);
        ++tried;
        const auto model = openModel(path());
        if (model)
            EXPECT_TRUE(sameBits(observe((*model)->graph, x).logits, expected)) << at;
        else
            ++refused;
    }
    EXPECT_GT(refused, tried / 4) << "most of the file is padding between records";
}

TEST_F(HostileScript, AWrongChecksumNamesItsRecord) {
    save(kConvolution + "    return y.mean([2, 3])\n");
    auto entries = entriesOf(path());
    for (auto& entry : entries)
        if (entry.name.ends_with("data.pkl")) entry.checksumFlip = 12345;
    folder_.write("model.pt", zipOf(entries));
    expectRefused("data.pkl: is damaged: its checksum does not match");
}

TEST_F(HostileScript, AStorageShorterThanItsPickleClaimsIsRefusedBeforeItIsRead) {
    save(kConvolution + "    return y.mean([2, 3])\n");
    rewrite("data/0", [](std::string& bytes) { bytes.resize(bytes.size() - 4); });
    expectRefused("data/0: holds 107 elements where the model needs 108");
}

TEST_F(HostileScript, RecordsThatDifferInCaseOnlyAreRefused) {
    save(kConvolution + "    return y.mean([2, 3])\n");
    auto entries = entriesOf(path());
    const auto code = std::ranges::find_if(entries, [](const ZipEntry& e) { return e.name.ends_with("/data.pkl"); });
    ASSERT_NE(code, entries.end());
    ZipEntry twin = *code;
    twin.name.replace(twin.name.size() - 8, 8, "DATA.pkl");
    entries.push_back(twin);
    folder_.write("model.pt", zipOf(entries));
    expectRefused("differ in nothing but case");
}

TEST_F(HostileScript, RecordsThatWereChangedWithTheirChecksumsAreStillNoReasonToCrash) {
    save(kConvolution + "    return y.mean([2, 3])\n");
    const auto entries = entriesOf(path());
    for (std::size_t i = 0; i < entries.size(); ++i) {
        const std::size_t size = entries[i].bytes.size();
        for (std::size_t k = 0; k < 24; ++k) {
            auto changed = entries;
            std::string& bytes = changed[i].bytes;
            if (k % 3 == 0)
                bytes.resize(size * k / 24);
            else if (size > 0)
                bytes[k * 7919 % size] = static_cast<char>(k % 3 == 1 ? 0xFF : bytes[k * 7919 % size] + 1);
            folder_.write("model.pt", zipOf(changed));
            const auto model = openModel(path());
            if (!model) EXPECT_EQ(model.error().text().find('\n'), std::string::npos) << model.error().text();
        }
    }
}

}  // namespace
