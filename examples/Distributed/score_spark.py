"""Scores CSV or Parquet by an exported model on Spark: `mapInPandas`, one session for each worker process.

    spark-submit --py-files scoring.py score_spark.py model.onnx parts scored
"""
import sys

from pyspark.sql import SparkSession
from pyspark.sql.types import BooleanType, DoubleType, FloatType, StringType, StructField, StructType

import scoring


def main(model, parts, folder):
    spark = SparkSession.builder.appName("score").getOrCreate()
    if parts.endswith(".csv"):  # the model's numbers as numbers, all else as text: a code stays "07"
        reader, read = spark.read.option("header", True), scoring.numbers(model)
        types = {name: DoubleType() if name in read else StringType() for name in reader.csv(parts).columns}
        rows = reader.schema(StructType([StructField(*each) for each in types.items()])).csv(parts)
    else:
        rows = spark.read.parquet(parts)
    added = {name: BooleanType() if name == "PredictedLabel" else FloatType() for name in scoring.SCORES}
    schema = StructType(rows.schema.fields + [StructField(*each) for each in added.items()])
    scored = rows.mapInPandas(lambda batches: (scoring.score(batch, model) for batch in batches), schema)
    scored.write.parquet(folder)


if __name__ == "__main__":
    main(*sys.argv[1:])
