// eslint-disable-next-line
const a = 2;
