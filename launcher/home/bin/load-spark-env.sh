# SPDX-License-Identifier: Apache-2.0
#
# The pip packages' `pyspark` command sources this file. The one of 4.x refuses to go on without a
# Java and offers to download one; nothing here runs Java, so any folder satisfies it.
if [ -z "${JAVA_HOME}" ] && ! command -v java > /dev/null; then
  export JAVA_HOME="${SPARK_HOME}"
fi
