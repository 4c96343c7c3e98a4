#pragma once

namespace CLI {
class App;
}

namespace mantissa::app {

// Each registers one subcommand; its callback runs it and sets `exitCode`.

/// `mantissa compare`: what formats do to a model on a picture.
void addCompareCommand(CLI::App& app, int& exitCode);

/// `mantissa evaluate`: a whole folder of pictures in several formats.
void addEvaluateCommand(CLI::App& app, int& exitCode);
/// `mantissa dot`: a dot product under a product and an accumulator format.
void addDotCommand(CLI::App& app, int& exitCode);

/// `mantissa formats`: limits of number formats, and values in them.
void addFormatsCommand(CLI::App& app, int& exitCode);

/// `mantissa inspect`: the tensors of a checkpoint, and what casts would lose.
void addInspectCommand(CLI::App& app, int& exitCode);

/// `mantissa layers`: where in a model the error of a format comes from.
void addLayersCommand(CLI::App& app, int& exitCode);

/// `mantissa models`: the models at hand.
void addModelsCommand(CLI::App& app, int& exitCode);

/// `mantissa models get`: a model from Hugging Face. `models` is the command above.
void addModelsGetCommand(CLI::App& models, int& exitCode);

}  // namespace mantissa::app
