#pragma once

#include <QFrame>
#include <vector>

#include "study/compare.h"

class QAction;
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
    QPushButton* moreButton() const { return more_; }
    /// The cast and rarely compared formats move into a menu; without it only where there is no room for them.
    void setNarrow(bool narrow);
    void editCustomFormat();
    void editScales();

    QSize minimumSizeHint() const override;

  protected:
    void resizeEvent(QResizeEvent* event) override;

  private:
    void makeToggles();
    void makeMenu();
    void showToggleMenu(FormatToggle* toggle, const QPoint& at);
    void chooseFromControls(const QString& name);
    void follow();
    void followToggle(std::size_t index);
    void updateIcons();
    void fit();  ///< what moves into the menu, and "E4M3" for "FP8 E4M3", by the width there is
    int widthAs(bool narrow, bool shortNames) const;
    bool shows(std::size_t toggle, bool narrow) const;
    std::vector<Format> formats() const;

    Session& session_;
    QComboBox* reference_;
    QComboBox* cast_;
    QLabel* referenceLabel_;
    QLabel* castLabel_;
    QLabel* compareLabel_;
    QPushButton* more_;
    QActionGroup* castActions_;
    std::vector<FormatToggle*> toggles_;
    std::vector<QAction*> rareActions_;  ///< of the toggles from kUsualToggles on
    bool wantsNarrow_ = false, narrow_ = false;
};

/// The formats a model can be compared in, in the order of the toggles; `custom` takes the place of the custom one.
std::vector<Format> comparableFormats(const Format& custom);
/// The same as references, FP32 first.
std::vector<Format> referenceFormats(const Format& custom);

}  // namespace mantissa::ui
