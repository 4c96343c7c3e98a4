#pragma once

#include <QWidget>
#include <vector>

#include "dot/dot_session.h"

class QPushButton;

namespace mantissa::ui {

/// Examples to show a class, each one click or one key.
class Demonstrations final : public QWidget {
    Q_OBJECT

  public:
    explicit Demonstrations(DotSession& dot, QWidget* parent = nullptr);

    int count() const { return static_cast<int>(buttons_.size()); }
    void show(int index);
    QPushButton* button(int index) const { return buttons_.at(static_cast<std::size_t>(index)); }

  private:
    void follow();

    DotSession& dot_;
    std::vector<QPushButton*> buttons_;
};

}  // namespace mantissa::ui
