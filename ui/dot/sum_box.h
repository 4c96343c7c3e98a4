#pragma once

#include <QWidget>

#include "dot/dot_session.h"

class QCheckBox;
class QComboBox;
class QLabel;
class QLineEdit;
class QSpinBox;

namespace mantissa::ui {

/// In which formats the products and the running sum are kept, and in which orders they are added up.
class SumBox final : public QWidget {
    Q_OBJECT

  public:
    explicit SumBox(DotSession& dot, QWidget* parent = nullptr);

    QCheckBox* accumulator(const char* name) const;
    QCheckBox* order(SummationKind kind) const;
    QSpinBox* block() const { return block_; }
    QComboBox* product() const { return product_; }
    QLineEdit* otherFormat() const { return otherFormat_; }

    /// Says which sums the charts draw when this accumulator is looked at.
    void setInspected(const Format& accumulator);

  private:
    void makeAccumulators();
    void makeOrders();
    void choose(const QString& name);
    void chooseOther();
    void follow();
    void updateIcons();

    DotSession& dot_;
    std::vector<QCheckBox*> accumulators_;
    QCheckBox* other_;
    QString custom_;  ///< name of the custom format shown last
    QLineEdit* otherFormat_;
    std::vector<QCheckBox*> orders_;
    QSpinBox* block_;
    QComboBox* product_;
    QLabel* drawn_;
};

}  // namespace mantissa::ui
