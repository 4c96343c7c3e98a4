#pragma once

#include <QString>
#include <cstdint>
#include <memory>
#include <optional>

#include "study/memory.h"

namespace mantissa::ui {

/// Which bytes the Memory page shows: those that the format needs, computed; those that this process held, measured.
enum class MemoryShow { storedAndHere, stored, here };

enum class ScaleGranularity { channel, tensor };

/// The switches of the page.
struct MemoryView {
    MemoryShow show = MemoryShow::storedAndHere;
    bool weights = true, buffers = true, activations = true, scales = true;
    ScaleGranularity granularity = ScaleGranularity::channel;

    bool showsStored() const { return show != MemoryShow::here; }
    bool showsHere() const { return show != MemoryShow::stored; }
    bool operator==(const MemoryView&) const = default;
};

/// Bytes of one format, part by part; parts that are switched off are 0.
struct MemoryParts {
    std::int64_t weights = 0, buffers = 0, activations = 0, scales = 0;
    std::int64_t total() const { return weights + buffers + activations + scales; }
};

MemoryParts storedParts(const FormatMemory& memory, const MemoryView& view);
/// Nothing where the format did not run. Emulation needs no scales here: it holds the rounded values in FP32.
std::optional<MemoryParts> hereParts(const FormatMemory& memory, const MemoryView& view);

/// The entry of FP32, which all shares refer to; null where it is not among the formats.
const FormatMemory* fp32Of(const MemoryReport& report);

/// "BF16 halves the weights: 22.36 MB to 11.18 MB".
QString memoryFindingOf(const MemoryReport& report);
/// Model, picture size, what quarter-size formats add.
QString memoryDetailOf(const MemoryReport& report, const MemoryView& view);
/// Why "stored" and "here" differ, with the numbers of this report.
QString storedAndHereText(const MemoryReport& report);

/// One line for the foot of exported charts.
QString provenanceOf(const MemoryReport& report);

}  // namespace mantissa::ui
