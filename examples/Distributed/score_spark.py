"""Scores CSV or Parquet by an exported model on Spark: `mapInPandas`, one session for each worker process.

    spark-submit --py-files scoring.py score_spark.py model.onnx parts scored
"""
import sys

from pyspark.sql import SparkSession
from pyspark.sql.types import BooleanType, FloatType, StructField, StructType

import scoring


def main(model, parts, folder):
    spark = SparkSession.builder.appName("score").getOrCreate()
    reader = spark.read.option("header", True).option("inferSchema", True)
    rows = reader.csv(parts) if parts.endswith(".csv") else spark.read.parquet(parts)
    types = [BooleanType() if name == "PredictedLabel" else FloatType() for name in scoring.SCORES]
    schema = StructType(rows.schema.fields + [StructField(name, type) for name, type in zip(scoring.SCORES, types)])
    scored = rows.mapInPandas(lambda batches: (scoring.score(batch, model) for batch in batches), schema)
    scored.write.parquet(folder)


if __name__ == "__main__":
    main(*sys.argv[1:])
