# Seventeen sets with about as many columns as rows or more, as CSV with Label last: Rscript WideSets.R OUT NARROW
# Debian: r-cran-dslabs r-cran-rrcov r-cran-modeldata r-cran-caret r-bioc-multtest. NARROW is the folder of ADBench's sets, of which five are seen through
# 1,000 or 2,000 random ridge functions with noise. A class is normal, the others are anomalies, at most one to nine normal rows; missing values are 0.
arguments <- commandArgs(trailingOnly = TRUE)
set.seed(1)

write_set <- function(name, x, normal, anomalous) {
  x <- as.matrix(data.matrix(x))
  x[!is.finite(x)] <- 0
  normal <- which(normal)
  anomalous <- which(anomalous)
  count <- max(5, min(length(anomalous), round(length(normal) * 0.11)))
  anomalous <- anomalous[sample(length(anomalous), min(count, length(anomalous)))]
  rows <- c(normal, anomalous)
  labels <- c(rep(0, length(normal)), rep(1, length(anomalous)))
  order <- sample(length(rows))
  x <- x[rows[order], , drop = FALSE]
  colnames(x) <- paste0("f", 0:(ncol(x) - 1))
  write.csv(data.frame(x, Label = labels[order], check.names = FALSE), file.path(arguments[1], paste0(name, ".csv")), row.names = FALSE, quote = FALSE)
}

largest <- function(y) names(sort(-table(y)))[1]
write_class <- function(name, x, y) write_set(name, x, y == largest(y), y != largest(y))

data(tissue_gene_expression, package = "dslabs")
tissue <- tissue_gene_expression
for (class in names(sort(-table(tissue$y)))[1:2]) write_set(paste0("tissue_", class), tissue$x, tissue$y == class, tissue$y != class)
write_set("tissue_one", tissue$x, tissue$y != "placenta", tissue$y == "placenta")
data(fruit, package = "rrcov")
for (class in unique(fruit[, 1])) write_set(paste0("fruit_", class), fruit[, -1], fruit[, 1] == class, fruit[, 1] != class)
data(pd_speech, package = "modeldata")
write_class("pd_speech", as.data.frame(pd_speech)[, setdiff(names(pd_speech), "class")], pd_speech$class)
data(grants, package = "modeldata")
write_class("grants", grants_test[, setdiff(names(grants_test), "class")], grants_test$class)
data(dhfr, package = "caret")
write_class("dhfr", dhfr[, -1], dhfr$Y)
data(mdrr, package = "caret")
write_class("mdrr", mdrrDescr, mdrrClass)
data(cox2, package = "caret")
write_class("cox2", cox2Descr, cox2Class)
data(golub, package = "multtest")
write_set("golub", t(golub), golub.cl == 0, golub.cl == 1)

write_view <- function(name, set, columns, rows, noise) {
  z <- read.csv(file.path(arguments[2], paste0(set, ".csv")))
  y <- z$Label
  x <- scale(as.matrix(z[, -ncol(z)]))
  x[!is.finite(x)] <- 0
  normal <- which(y == 0)
  normal <- normal[sample(length(normal), min(rows, length(normal)))]
  anomalous <- which(y == 1)
  anomalous <- anomalous[sample(length(anomalous), min(length(anomalous), round(rows / 9)))]
  kept <- c(normal, anomalous)
  w <- matrix(rnorm(ncol(x) * columns), ncol(x), columns) / sqrt(ncol(x))
  view <- tanh(x %*% w + matrix(rnorm(columns), nrow(x), columns, byrow = TRUE))[kept, ] + noise * matrix(rnorm(length(kept) * columns), length(kept), columns)
  write_set(name, view, seq_along(kept) <= length(normal), seq_along(kept) > length(normal))
}

write_view("wide_pendigits", "pendigits", 2000, 300, 0.3)
write_view("wide_cardio", "cardio", 2000, 400, 0.3)
write_view("wide_vowels", "vowels", 1000, 400, 0.1)
write_view("wide_ion", "Ionosphere", 2000, 220, 0.3)
write_view("wide_wdbc", "WDBC", 1000, 250, 1)
