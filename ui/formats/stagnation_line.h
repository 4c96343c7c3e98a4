#pragma once

#include <QWidget>

class QLabel;

namespace mantissa::ui {

class FormatsSession;
class ValueField;

/// A number to add, and in which formats the sum is still the value: where sums stagnate.
class StagnationLine final : public QWidget {
    Q_OBJECT

  public:
    explicit StagnationLine(FormatsSession& formats, QWidget* parent = nullptr);

    ValueField* field() const { return field_; }
    QString text() const;

  private:
    void follow();

    FormatsSession& formats_;
    ValueField* field_;
    QLabel* text_;
    int gesture_ = 0;
};

}  // namespace mantissa::ui
