#pragma once

#include <filesystem>

#include "graph/model.h"
#include "result.h"

namespace mantissa {

/// A TorchScript file (torch.jit.save), traced or scripted. Every record's checksum is verified before LibTorch reads it; the program
/// is lowered to a Graph: calls followed, attributes resolved against the real module so that parameters keep their names, branches whose
/// condition is known taken. Data-dependent control flow and list mutation are errors that name the construct and its layer.
/// The file does not say the input size; the usual ones are tried on an empty picture and the first that runs is the guess.
Result<ModelPtr> openTorchScript(const std::filesystem::path& path);

}  // namespace mantissa
