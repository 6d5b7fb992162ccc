using Parley.Dialogs;

namespace Parley.Sql;

/// <summary>The texts of a record by column.</summary>
internal static class DialogTextSetting
{
    public static void Set(this ref DialogRecordTexts texts, DialogColumn column, ReadOnlySpan<byte> value)
    {
        switch (column)
        {
            case DialogColumn.CallId:
                texts.CallId = value;
                break;
            case DialogColumn.FromUri:
                texts.FromUri = value;
                break;
            case DialogColumn.FromTag:
                texts.FromTag = value;
                break;
            case DialogColumn.ToUri:
                texts.ToUri = value;
                break;
            case DialogColumn.ToTag:
                texts.ToTag = value;
                break;
            case DialogColumn.MangledFromUri:
                texts.MangledFromUri = value;
                break;
            case DialogColumn.MangledToUri:
                texts.MangledToUri = value;
                break;
            case DialogColumn.CallerRouteSet:
                texts.CallerRouteSet = value;
                break;
            case DialogColumn.CalleeRouteSet:
                texts.CalleeRouteSet = value;
                break;
            case DialogColumn.CallerContact:
                texts.CallerContact = value;
                break;
            case DialogColumn.CalleeContact:
                texts.CalleeContact = value;
                break;
            case DialogColumn.CallerSocket:
                texts.CallerSocket = value;
                break;
            case DialogColumn.CalleeSocket:
                texts.CalleeSocket = value;
                break;
            case DialogColumn.Values:
                texts.Values = value;
                break;
            case DialogColumn.Profiles:
                texts.Profiles = value;
                break;
            case DialogColumn.OnAnswer:
                texts.OnAnswer = value;
                break;
            case DialogColumn.OnTimeout:
                texts.OnTimeout = value;
                break;
            case DialogColumn.OnHangup:
                texts.OnHangup = value;
                break;
            default:
                texts.Details = value;
                break;
        }
    }
}
