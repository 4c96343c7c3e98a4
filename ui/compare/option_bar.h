#pragma once

#include <QFrame>
#include <vector>

#include "study/compare.h"

class QActionGroup;
class QComboBox;
class QLabel;
class QPushButton;

namespace mantissa::ui {

class FormatToggle;
class Session;

/// Reference, candidates and cast of a comparison. Follows the session's choices, also through undo.
class OptionBar final : public QFrame {
    Q_OBJECT

  public:
    explicit OptionBar(Session& session, QWidget* parent = nullptr);

    const std::vector<FormatToggle*>& toggles() const { return toggles_; }
    QComboBox* referenceBox() const { return reference_; }
    QComboBox* castBox() const { return cast_; }
    void setShortNames(bool on);  ///< "E4M3" for "FP8 E4M3"
    void setNarrow(bool narrow);  ///< the cast moves into a menu

  private:
    void chooseFromControls(const QString& name);
    void follow();
    void updateIcons();

    Session& session_;
    QComboBox* reference_;
    QComboBox* cast_;
    QLabel* castLabel_;
    QLabel* compareLabel_;
    QPushButton* more_;
    QActionGroup* castActions_;
    std::vector<FormatToggle*> toggles_;
};

/// The formats a model can be compared in, in the order of the toggles.
std::vector<Format> comparableFormats();
/// The same as references, FP32 first.
std::vector<Format> referenceFormats();

}  // namespace mantissa::ui
