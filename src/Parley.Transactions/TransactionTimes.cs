using System.Diagnostics.Metrics;
using Parley.Sip;

namespace Parley.Transactions;

/// <summary>Records how long a transaction took, without allocating: methods and statuses are boxed once.</summary>
internal static class TransactionTimes
{
    private static readonly object[] s_methods =
    [
        .. Enum.GetValues<SipMethod>().Select(static m => m == SipMethod.Other ? "_OTHER" : m.ToString().ToUpperInvariant()),
    ];
    private static readonly object[] s_statuses = [.. Enumerable.Range(0, 700).Select(static s => (object)s)];

    public static void Record(Histogram<double>? times, SipMethod method, int statusCode, long milliseconds) =>
        times?.Record(
            Math.Max(0, milliseconds) / 1000.0,
            new KeyValuePair<string, object?>("sip.request.method", s_methods[(int)method]),
            new KeyValuePair<string, object?>("sip.response.status_code", (uint)statusCode < 700 ? s_statuses[statusCode] : null)
        );
}
